"""A page of HTML that asks for nothing else: no script, no font, no image."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files

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
