"""`headwater settings show|set|reset|history`: the engine's settings, which the log has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from headwater_server.cli.failures import explained, fail, valid_engine
from headwater_server.cli.stores import check_one_existing, store_beside_a_server, store_explained
from headwater_server.cli.target import Key, Target
from headwater_server.engine.settings import EngineSettings
from headwater_server.settings import ENGINE, PARTS, Settings, load_settings
from headwater_server.settings_checks import BadSettings, checked
from headwater_server.settings_sources import did_you_mean

if TYPE_CHECKING:
    from headwater import SettingsChanges

NAMES = tuple(setting.name for setting in fields(EngineSettings))
Names = Annotated[
    list[str], typer.Argument(metavar="NAME", help="names of one or more engine settings")
]
Values = Annotated[
    list[str],
    typer.Argument(metavar="NAME=VALUE", help="one or more values, as in a flag: items_max=5000"),
]


def show(flags: dict[str, Any], target: Target = None, key: Key = "") -> None:
    """Show the engine settings that the log has.

    Also what in them fits nothing: rules for unknown items, fields or event types.
    """
    answer = _answer(flags, target, key)
    for one in answer.settings:
        changed = "" if one.value == one.default_value else f"  (default {one.default_value})"
        print(f"{one.name} = {one.value}{changed}")
    for text in answer.warnings:
        typer.echo(f"warning: {text}", err=True)


def history(flags: dict[str, Any], target: Target = None, key: Key = "") -> None:
    """List the last changes: when, what, who.

    Newest first, at most 100. Without --target the state is replayed from the store.
    """
    for one in _answer(flags, target, key).changes:
        print(f"{one.change_time:%Y-%m-%d %H:%M:%S} UTC  {one.name}  by {one.who or 'unknown'}")
        print(f"    old {one.old_value}\n    new {one.new_value}")


def set_values(flags: dict[str, Any], values: Values) -> None:
    """Change engine settings on the log, at once.

    They hold from then on for all running servers, without a restart; others stay as they are. A
    server that starts with another value in a flag, variable or file changes them again.
    """
    with explained(), store_explained(), valid_engine():
        wanted = dict(map(_value, values))
        _put(flags, EngineSettings(**wanted), frozenset(wanted))


def reset(flags: dict[str, Any], names: Names) -> None:
    """Put engine settings back to the default, at once."""
    with explained(), store_explained(), valid_engine():
        for name in names:
            _check_name(name)
        _put(flags, EngineSettings(), frozenset(names))


def _value(given: str) -> tuple[str, Any]:
    name, equals, value = given.partition("=")
    if not equals:
        raise BadSettings(f"{given}: write NAME=VALUE, such as items_max=5000")
    _check_name(name)
    return name, checked(name, get_type_hints(PARTS[ENGINE])[name], value)


def _check_name(name: str) -> None:
    if name in NAMES:
        return
    if name in {setting.name for part in PARTS.values() for setting in fields(part)}:
        raise BadSettings(f"{name} is not on the log: set it as a flag and restart the server")
    hint = did_you_mean(name, NAMES)
    raise BadSettings(f"{name}: there is no such setting of the engine{hint}")


def _put(flags: dict[str, Any], values: EngineSettings, given: frozenset[str]) -> None:
    import asyncio

    settings = load_settings(**flags)
    check_one_existing(None, settings)
    asyncio.run(_put_on_log(settings, values, given))


async def _put_on_log(settings: Settings, values: EngineSettings, given: frozenset[str]) -> None:
    from headwater_server.engine.policies.policy import ANSWERING
    from headwater_server.engine.settings_history import changed_settings
    from headwater_server.replica.group.identity import command
    from headwater_server.replica.settings_in_force import SettingsInForce
    from headwater_server.replica.startup import WantedSettings

    async with store_beside_a_server(settings) as storage:
        found = await SettingsInForce.read(storage.log, storage.snapshots)
        before = await found.put(WantedSettings(values, given, command("settings set")))
    changes = list(changed_settings(before, found.settings))
    for name, old, new in changes:
        print(f"{name}: {old} -> {new}")
        if name in ANSWERING:
            print(f"{name}: a promoted policy may override it: see `headwater policy list`")
    for text in _warnings(found.settings, given):
        typer.echo(f"warning: {text}", err=True)
    print(f"offset={found.position.offset}" if changes else "nothing to change")


def _warnings(settings: EngineSettings, given: frozenset[str]) -> Iterator[str]:
    """Yield which event types nothing can have; what depends on the catalogue a server says."""
    from headwater_server.engine.lookups.unknown_types import unknown_types
    from headwater_server.engine.reranking.rules import Hide, parse_rules

    if given & {"hide_days", "rewards"}:
        yield from (f"hide_days: {text}" for text in unknown_types(settings.hide_days, settings))
    for rule in parse_rules(settings.rules) if given & {"rules", "rewards"} else ():
        types = rule.event_types if isinstance(rule, Hide) else ()
        for text in unknown_types(types, settings):
            yield f'rules "{rule.name}": event_types: {text}'


def _answer(flags: dict[str, Any], target: str | None, key: str) -> SettingsChanges:
    import asyncio

    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_existing(target, settings)
        return _of_server(target, key) if target else asyncio.run(_of_store(settings))


def _of_server(target: str, key: str) -> SettingsChanges:
    from headwater import Client, HeadwaterError

    try:
        with Client(target, key=key) as client:
            return client.list_settings_changes()
    except HeadwaterError as error:
        fail(f"{target}: {error}")


async def _of_store(settings: Settings) -> SettingsChanges:
    """Return what a server of this store would answer."""
    from headwater import Setting, SettingsChange, SettingsChanges
    from headwater_server.cli.folding import folded
    from headwater_server.engine.settings_history import setting_texts

    async with store_beside_a_server(settings) as storage:
        engine, position = await folded(storage)
    texts, defaults = setting_texts(engine.settings), setting_texts(EngineSettings())
    changes = (
        SettingsChange(c.name, c.old, c.new, c.who, datetime.fromtimestamp(c.time_ms / 1_000, UTC))
        for c in reversed(engine.lookups.settings_changes())
    )
    warnings = (text for step in engine.lookups.settings_warnings() for text in step)
    settings_now = (Setting(name, value, defaults[name]) for name, value in texts.items())
    return SettingsChanges(tuple(changes), tuple(settings_now), tuple(warnings), position.offset)
