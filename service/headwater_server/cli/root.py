"""All commands. What a command needs to run, it imports when it runs: help comes at once."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from typing import Annotated, Any

import typer

from headwater_server.cli.causal.command import causal
from headwater_server.cli.commands import gateway as gateway_commands
from headwater_server.cli.commands import probe as probe_command
from headwater_server.cli.commands import settings_on_log
from headwater_server.cli.commands.backtest import backtest
from headwater_server.cli.commands.compile import compile_kernels
from headwater_server.cli.commands.data import lake as lake_commands
from headwater_server.cli.commands.data.export import export
from headwater_server.cli.commands.data.report import report
from headwater_server.cli.commands.data.sink import sink
from headwater_server.cli.commands.digest import digest
from headwater_server.cli.commands.doctor import doctor
from headwater_server.cli.commands.import_ import import_events
from headwater_server.cli.commands.policies import experiment as experiment_commands
from headwater_server.cli.commands.policies import hold_out as hold_out_commands
from headwater_server.cli.commands.policies import policy as policy_commands
from headwater_server.cli.commands.policies.shadow import shadow
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
from headwater_server.cli.evaluating.command import evaluate
from headwater_server.cli.flags import with_settings
from headwater_server.cli.help import PlainCommand, PlainGroup, group, show_version
from headwater_server.cli.planning.command import plan
from headwater_server.cli.reading.flags import with_files
from headwater_server.cli.rules import commands as rule_commands
from headwater_server.settings import ENGINE, PARTS, PERSONALIZER, SIGN_IN

STORE = ("Place", "Storage")

commands = group("Headwater: a recommendation service that learns while it serves.")
quarantine = group("List, replay or delete rejected events.")
token_keys = group("List and rotate the keys that sign attribution tokens.")
experiment = group("Compare policies on the shop's visitors.")
policy = group("Write policies, promote them, and take promotions back.")
hold_out = group("Measure by how much recommendations beat popular items.")
rules = group("See, write, preview and undo the rules of the shop's editors.")
lake = group("Write the log as Parquet files; restore a log from them.")
gateway = group("Configure or run the gateway for browsers and REST.")
settings_group = group("", no_args_is_help=False)
settings_group.callback(invoke_without_command=True, cls=PlainGroup)(
    with_settings(*PARTS)(settings)
)


@commands.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Headwater: a recommendation service that learns while it serves."""


def probe(context: typer.Context) -> None:
    """Ask a server whether it serves; for health checks."""
    raise typer.Exit(probe_command.main(context.args))


def _add(to: typer.Typer, name: str, command: Callable[..., Any], *parts: str) -> None:
    """Add a command that takes the settings of these parts as flags."""
    to.command(name, cls=PlainCommand)(with_settings(*parts)(command) if parts else command)


_add(commands, "demo", with_files(required=False)(demo))
_add(commands, "serve", serve, *PARTS)
_add(commands, "import", with_files(required=False)(import_events), *STORE, ENGINE)
_add(commands, "backtest", with_files()(backtest), ENGINE)
_add(commands, "evaluate", evaluate, *STORE)
_add(commands, "causal", causal, *STORE)
_add(commands, "compile", compile_kernels)
_add(commands, "digest", digest, *STORE)
_add(commands, "doctor", doctor, *STORE)
_add(commands, "export", export, *STORE)
commands.command("probe", add_help_option=False, context_settings={
    "ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": [],
})(probe)  # fmt: skip
_add(commands, "plan", plan)
_add(commands, "rebuild", rebuild, *STORE)
_add(commands, "report", report)
_add(commands, "shadow", shadow, *STORE)
_add(commands, "sink", sink, *STORE)
commands.add_typer(settings_group, name="settings", help=cleandoc(settings.__doc__ or ""))
_add(settings_group, "show", settings_on_log.show, *STORE)
_add(settings_group, "set", settings_on_log.set_values, *STORE)
_add(settings_group, "reset", settings_on_log.reset, *STORE)
_add(settings_group, "history", settings_on_log.history, *STORE)
_add(commands, "web", web, *STORE, PERSONALIZER, SIGN_IN)
commands.add_typer(quarantine, name="quarantine")
_add(quarantine, "list", list_quarantine, *STORE)
_add(quarantine, "replay", replay_quarantine, *STORE)
_add(quarantine, "drop", drop_quarantine, *STORE)
commands.add_typer(token_keys, name="token-keys")
_add(token_keys, "list", list_token_keys, *STORE, "Replica")
_add(token_keys, "rotate", rotate_token_keys, *STORE, "Replica")
commands.add_typer(experiment, name="experiment")
_add(experiment, "create", experiment_commands.create)
_add(experiment, "list", experiment_commands.list_all)
_add(experiment, "show", experiment_commands.show)
_add(experiment, "report", experiment_commands.report, *STORE)
_add(experiment, "stop", experiment_commands.stop)
_add(experiment, "promote", experiment_commands.promote)
commands.add_typer(policy, name="policy")
_add(policy, "put", policy_commands.put)
_add(policy, "list", policy_commands.list_all)
_add(policy, "promote", policy_commands.promote)
_add(policy, "rollback", policy_commands.rollback)
commands.add_typer(hold_out, name="hold-out")
_add(hold_out, "start", hold_out_commands.start)
_add(hold_out, "status", hold_out_commands.status)
_add(hold_out, "stop", hold_out_commands.stop)
commands.add_typer(rules, name="rules")
_add(rules, "list", rule_commands.list_rules)
_add(rules, "put", rule_commands.put)
_add(rules, "delete", rule_commands.delete)
_add(rules, "history", rule_commands.history)
_add(rules, "restore", rule_commands.restore)
_add(rules, "preview", rule_commands.preview)
commands.add_typer(lake, name="lake")
_add(lake, "write", lake_commands.write, *STORE)
_add(lake, "restore", lake_commands.restore, *STORE)
commands.add_typer(gateway, name="gateway")
_add(gateway, "render", gateway_commands.render, "Gateway")
_add(gateway, "run", gateway_commands.run, "Gateway")
commands.command("worker", hidden=True)(worker)
