"""Help as plain text: it wraps at any width, cuts no flag off, and takes no [word] for markup.

Typer's own help draws Rich tables. At 80 columns their columns are too narrow for our longest
flags, and Rich has to be imported first.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

OPTIONS = "Options"
COLUMN_MAX = 22  # a longer flag stands on a line of its own, so that its text gets the width
MARKUP = None
"""No markup in help texts: click's plain formatter, which Typer then leaves in place."""


class PlainCommand(TyperCommand):
    """A command whose flags are listed in sections: its own first, then the settings by part."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write one section for each ``rich_help_panel``."""
        sections: dict[str, list[tuple[str, str]]] = {OPTIONS: []}
        for param in self.get_params(ctx):
            if record := param.get_help_record(ctx):
                title = getattr(param, "rich_help_panel", None) or OPTIONS
                sections.setdefault(title, []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records, col_max=COLUMN_MAX)


def show_version(wanted: bool) -> None:
    """Print the version and end, if it is wanted."""
    if wanted:
        from importlib.metadata import version

        print(f"headwater {version('headwater-server')}")
        raise typer.Exit


def group(help: str) -> typer.Typer:  # noqa: A002 - Typer's name for it
    """Return an empty group of commands with the help that all of ours have."""
    return typer.Typer(
        help=help,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
        rich_markup_mode=MARKUP,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
