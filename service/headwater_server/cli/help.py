"""Help as plain text: it wraps at any width, cuts no flag off, and takes no [word] for markup.

Typer's own help draws Rich tables. At 80 columns their columns are too narrow for our longest
flags, and Rich has to be imported first.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

OPTIONS = "Options"
COLUMN_MAX = 22  # a longer flag has a line of its own, so that its text gets the width
MARKUP = None
"""No markup in help texts: click's plain formatter, which Typer then leaves in place."""


class PlainCommand(TyperCommand):
    """A command whose flags are listed in sections: its own first, then the settings by part."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write one section for each ``rich_help_panel``."""
        _write_sections(self, ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the usage without dots: the text of an argument says that it may be repeated."""
        pieces = super().collect_usage_pieces(ctx)
        return [piece.removesuffix("...").strip("{}") for piece in pieces]


class PlainGroup(TyperGroup):
    """A group of commands that has such flags itself."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, then one section for each ``rich_help_panel``."""
        self.format_commands(ctx, formatter)
        _write_sections(self, ctx, formatter)


def _write_sections(command: Any, ctx: Any, formatter: Any) -> None:
    sections: dict[str, list[tuple[str, str]]] = {OPTIONS: []}
    for param in command.get_params(ctx):
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


def group(help: str, *, no_args_is_help: bool = True) -> typer.Typer:  # noqa: A002 - Typer's name
    """Return an empty group of commands with the help that all of ours have."""
    return typer.Typer(
        help=help,
        no_args_is_help=no_args_is_help,
        add_completion=False,
        pretty_exceptions_show_locals=False,
        rich_markup_mode=MARKUP,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
