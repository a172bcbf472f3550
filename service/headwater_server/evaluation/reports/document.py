"""A page of HTML that asks for nothing else: no script, no font, no image."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, parts: Sequence[str]) -> str:
    """Return the page. ``parts`` are HTML already; the title is escaped here."""
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
        f"{''.join(parts)}</body></html>\n"
    )


def write_page(text: str, path: Path) -> None:
    """Write the page, whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
