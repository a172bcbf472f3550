"""`headwater settings`: every setting as a page, made from the settings themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from headwater_server.cli.flags import default_shown
from headwater_server.settings import PARTS

HEAD = """\
# Settings

<!-- made by `headwater settings`; `make generate` makes it again, a test keeps it fresh -->

Each setting has one name and three places: a flag of `headwater serve` (`--visitors-max 7`), an
environment variable (`HEADWATER_VISITORS_MAX=7`), and a line of `headwater.toml` in the working
directory (`visitors_max = 7`; `HEADWATER_SETTINGS` names another file). A flag beats the variable,
which beats the file. A name that does not exist and a value that cannot be are refused at the
start, with the fix. What is on or off is `--log-calls` or `--no-log-calls` as a flag, and `true` or
`false` elsewhere; tables are JSON.
"""


def settings() -> None:
    """Print every setting with its default, meaning, unit and reason, as Markdown."""
    print(page(), end="")


def page() -> str:
    """Return docs/settings.md."""
    return HEAD + "".join(_part(title, part) for title, part in PARTS.items())


def _part(title: str, part: type[Any]) -> str:
    return f"\n## {title}\n\n| setting | default | meaning |\n| --- | --- | --- |\n" + "".join(
        _rows(part)
    )


def _rows(part: type[Any]) -> Iterator[str]:
    for setting in fields(part):
        default, meaning = default_shown(setting), setting.metadata["help"]
        cells = (f"`{setting.name}`", f"`{default}`", meaning.replace("|", "\\|"))
        yield f"| {' | '.join(cells)} |\n"
