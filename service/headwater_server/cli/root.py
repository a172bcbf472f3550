"""All commands, and the one way in."""

from __future__ import annotations

import typer

from headwater_server.cli.backtesting import backtest
from headwater_server.cli.flags import with_settings

ENGINE = "Engine (travels on the log: all replicas agree)"
HELP = "Headwater: a recommendation service that learns while it serves."

commands = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
commands.command("backtest")(with_settings(ENGINE)(backtest))


@commands.callback()
def _root() -> None:
    pass  # keeps `headwater backtest` a subcommand while there is only one


def main() -> None:
    """Run the command line."""
    commands()
