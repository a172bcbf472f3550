"""All commands, and the one way in."""

from __future__ import annotations

import typer

from headwater_server.cli.commands import gateway as gatewaying
from headwater_server.cli.commands.backtest import backtest
from headwater_server.cli.commands.digest import digest
from headwater_server.cli.commands.doctor import doctor
from headwater_server.cli.commands.import_ import import_events
from headwater_server.cli.commands.probe import probe
from headwater_server.cli.commands.quarantine import (
    drop_quarantine,
    list_quarantine,
    replay_quarantine,
)
from headwater_server.cli.commands.rebuild import rebuild
from headwater_server.cli.commands.serve import serve
from headwater_server.cli.commands.settings import settings
from headwater_server.cli.commands.token_keys import list_token_keys, rotate_token_keys
from headwater_server.cli.commands.web import web
from headwater_server.cli.commands.worker import worker
from headwater_server.cli.demo.command import demo
from headwater_server.cli.flags import with_settings
from headwater_server.settings import ENGINE, PARTS, PERSONALIZER

commands = typer.Typer(
    help="Headwater: a recommendation service that learns while it serves.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
commands.command("demo")(demo)
commands.command("serve")(with_settings(*PARTS)(serve))
commands.command("import")(with_settings("Place", "Storage", ENGINE)(import_events))
commands.command("backtest")(with_settings(ENGINE)(backtest))
commands.command("digest")(with_settings("Place", "Storage")(digest))
commands.command("doctor")(with_settings("Place", "Storage")(doctor))
commands.command("probe")(probe)
commands.command("rebuild")(with_settings("Place", "Storage")(rebuild))
commands.command("settings")(settings)
commands.command("web")(with_settings("Place", "Storage", PERSONALIZER)(web))
quarantine = typer.Typer(
    help="What nothing was learned from: look at it, try it again, let it go.",
    no_args_is_help=True,
)
quarantine.command("list")(with_settings("Place", "Storage")(list_quarantine))
quarantine.command("replay")(with_settings("Place", "Storage")(replay_quarantine))
quarantine.command("drop")(with_settings("Place", "Storage")(drop_quarantine))
commands.add_typer(quarantine, name="quarantine")
token_keys = typer.Typer(
    help="The keys that sign attribution tokens: show them, follow one with another.",
    no_args_is_help=True,
)
token_keys.command("list")(with_settings("Place", "Storage", "Replica")(list_token_keys))
token_keys.command("rotate")(with_settings("Place", "Storage", "Replica")(rotate_token_keys))
commands.add_typer(token_keys, name="token-keys")
gateway = typer.Typer(
    help="The Envoy that browsers and REST callers reach the servers through.",
    no_args_is_help=True,
)
gateway.command("render")(with_settings("Gateway")(gatewaying.render))
gateway.command("run")(with_settings("Gateway")(gatewaying.run))
commands.add_typer(gateway, name="gateway")
commands.command("worker", hidden=True)(worker)


def main() -> None:
    """Run the command line."""
    commands()
