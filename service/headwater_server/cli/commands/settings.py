"""`headwater settings`: every setting as a page, or the settings in force."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Annotated, Any

import typer

from headwater_server.cli.commands.serve import for_server
from headwater_server.cli.failures import explained
from headwater_server.cli.flags import shown
from headwater_server.settings import PARTS, Settings, default_of, load_with_sources
from headwater_server.settings_checks import BadSettings, without_secrets

HEAD = """\
# Settings

<!-- made by `headwater settings`; `make generate` makes it again, a test keeps it fresh -->

Each setting has one name and three places: a flag of `headwater serve` (`--visitors-max 7`), an
environment variable (`HEADWATER_VISITORS_MAX=7`), and a line of `headwater.toml` in the working
directory (`visitors_max = 7`; `HEADWATER_SETTINGS` names another file). A flag overrides the
variable, and the variable overrides the file. The server refuses to start with an unknown name or a
wrong value, and says how to fix it; of a variable with an unknown name it warns. A switch is
`--log-calls` or `--no-log-calls` as a flag, and `true` or `false` elsewhere; tables are JSON.
`headwater settings --effective` prints the settings in force and where each comes from.

The settings of the engine are on the log. What nobody sets stays there as it is, whatever the
defaults of a server that starts; only an empty log gets the defaults. `headwater settings show`,
`set`, `reset` and `history` read and change them ([operations.md](operations.md)).
"""
NAME_WIDTH, SOURCE_WIDTH = 37, 15


def settings(
    context: typer.Context,
    flags: dict[str, Any],
    effective: Annotated[
        bool,
        typer.Option(
            "--effective",
            help="print the settings in force, from flags, environment and file, with the source "
            "of each; secrets are ***",
        ),
    ] = False,
) -> None:
    """Print all settings, or change those on the log.

    Without --effective: every setting with default, meaning and unit, as Markdown. With it: the
    settings that `headwater serve` would ask for here, with the same flags. The log has the
    settings of the engine: show, set, reset and history read and change them there.
    """
    with explained():
        if context.invoked_subcommand:
            if flags or effective:
                raise BadSettings(f"give flags after {context.invoked_subcommand}, not before it")
        elif effective:
            _print_effective(flags)
        elif flags:
            raise BadSettings("flags of settings need --effective")
        else:
            print(page(), end="")


def _print_effective(flags: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    loaded, sources = load_with_sources(**flags)
    in_force = for_server(loaded)
    for text in loaded.warnings:
        print(f"headwater: warning: {text}", file=sys.stderr)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("setting", no_wrap=True, min_width=NAME_WIDTH)
    table.add_column("value", overflow="fold")
    table.add_column("source", no_wrap=True, max_width=SOURCE_WIDTH)
    for title, _ in _parts(in_force):
        table.add_section()
        for name, value, was in _values(in_force, loaded, title):
            source = sources.get(name, "default") if value == was else "serve"
            table.add_row(name, without_secrets(name, shown(value)), source)
    Console(markup=False, highlight=False).print(table)


def _parts(settings: Settings) -> Iterator[tuple[str, Any]]:
    """Yield each part's title and values, in the order of `PARTS`."""
    names = [part.name for part in fields(settings)]
    yield from ((title, getattr(settings, name)) for title, name in zip(PARTS, names, strict=False))


def _values(in_force: Settings, loaded: Settings, title: str) -> Iterator[tuple[str, Any, Any]]:
    now, before = dict(_parts(in_force))[title], dict(_parts(loaded))[title]
    for setting in fields(now):
        yield setting.name, getattr(now, setting.name), getattr(before, setting.name)


def page() -> str:
    """Return docs/settings.md."""
    return HEAD + "".join(_part(title, part) for title, part in PARTS.items())


def _part(title: str, part: type[Any]) -> str:
    return f"\n## {title}\n\n| setting | default | meaning |\n| --- | --- | --- |\n" + "".join(
        map(_row, fields(part))
    )


def _row(setting: Field[Any]) -> str:
    meaning = re.sub(r"([|<])", r"\\\1", setting.metadata["help"])
    return f"| `{setting.name}` | `{shown(default_of(setting))}` | {meaning} |\n"
