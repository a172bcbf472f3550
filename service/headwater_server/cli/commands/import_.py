"""`headwater import`: past events, into a store or through a running server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.commands.backtest import EventsFile, ItemsFile
from headwater_server.cli.failures import FAILED, explained, fail, valid_engine
from headwater_server.cli.stores import check_one_place, chosen_store, store_explained
from headwater_server.cli.target import Key, Target
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.evaluation.shop_history import ShopHistory
    from headwater_server.storage.storage import Storage


class Format(Enum):
    """The format of the files."""

    HEADWATER = "headwater"
    GORSE = "gorse"


AGAIN = "run the same command again to continue; no event is learned twice"


def import_events(
    flags: dict[str, Any],
    events: EventsFile,
    items: ItemsFile = None,
    users: Annotated[
        Path | None, typer.Option("--users", help="with --format gorse: Gorse's users")
    ] = None,
    format: Annotated[  # noqa: A002 - the flag's name
        Format, typer.Option(help="headwater: CSV as above; gorse: the files that Gorse exports")
    ] = Format.HEADWATER,
    type: Annotated[  # noqa: A002 - the flag's name
        list[str] | None,
        typer.Option(
            metavar="THEIRS=OURS",
            help="with --format gorse: the event type for a feedback type, such as "
            "read=detail-page-view; may be repeated (default read=impression, star=favorite; a "
            "feedback type that is also an event type keeps its name)",
        ),
    ] = None,
    target: Target = None,
    key: Key = "",
    batch_size: Annotated[
        int, typer.Option(min=1, max=1000, help="events in one log entry or call")
    ] = 500,
) -> None:
    """Import events and items from files. Can be interrupted and resumed.

    With --data-dir or --redis-url, events are written to the log with the times of the file, if
    the catalogue is empty. With --target, they are sent to a running server as live events that
    carry their time. With --format gorse, --events is Gorse's feedback and --items its items, as
    JSON lines, JSON or CSV, or all are in one file of `gorse-cli dump` (see docs/migrating.md).
    """
    import asyncio

    from headwater_server.evaluation.shop_history import read_gorse, read_history

    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_place(target, settings)
        settings = asyncio.run(_as_on_log(settings))
        if format is Format.GORSE:
            history = read_gorse(events, items, users, _types(type or ()), settings.engine)
        else:
            _refuse_gorse_flags(users, type)
            history = read_history(events, items, settings.engine)
        if target:
            _send(target, key, history, batch_size)
        else:
            asyncio.run(_write(settings, history, batch_size))


async def _as_on_log(settings: Settings) -> Settings:
    """Return the settings with those of the engine that the log has, under the given ones.

    A file is read with the event types of the log; a store that does not exist yet has none.
    """
    place = settings.place
    if not (place.redis_url or place.log or (place.data_dir and place.data_dir.is_dir())):
        return settings
    from headwater_server.replica.settings_in_force import SettingsInForce
    from headwater_server.replica.startup import WantedSettings

    async with chosen_store(settings) as storage:
        found = await SettingsInForce.read(storage.log, storage.snapshots)
    return replace(
        settings, engine=WantedSettings(settings.engine, settings.given).over(found.settings)
    )


async def _put_given(storage: Storage, settings: Settings, who: str) -> None:
    """Put the given settings of the engine on a log that has others; an empty one gets them all."""
    from headwater_server.replica.ports.position import START
    from headwater_server.replica.settings_in_force import SettingsInForce
    from headwater_server.replica.startup import WantedSettings

    if await storage.log.head() != START:
        found = await SettingsInForce.read(storage.log, storage.snapshots)
        await found.put(WantedSettings(settings.engine, settings.given, who))


def _types(given: Iterable[str]) -> dict[str, str]:
    """Return the event type for each feedback type."""
    pairs = [pair.partition("=") for pair in given]
    wrong = next(("".join(pair) for pair in pairs if not (pair[0] and pair[2])), "")
    if wrong:
        raise BadSettings(f"--type {wrong}: write THEIRS=OURS, such as read=detail-page-view")
    return {theirs: ours for theirs, _, ours in pairs}


def _refuse_gorse_flags(users: Path | None, types: list[str] | None) -> None:
    if users or types:
        raise BadSettings("--users and --type need --format gorse")


def _send(target: str, key: str, history: ShopHistory, batch_size: int) -> None:
    from headwater import HeadwaterError
    from headwater_server.cli.import_target import ServerGoneError, send
    from headwater_server.cli.progress import Progress

    with Progress("import", len(history.events)) as progress:
        try:
            outcomes = send(target, key, history, batch_size, progress.at)
        except (HeadwaterError, ServerGoneError) as error:
            fail(f"{target}: {error}\n{AGAIN}")
    _say(outcomes)


async def _write(settings: Settings, history: ShopHistory, batch_size: int) -> None:
    from headwater_server.cli.compiling import compile_if_cold
    from headwater_server.cli.import_log import write
    from headwater_server.cli.progress import Progress
    from headwater_server.cli.publish_state import publish
    from headwater_server.engine.engine import Engine
    from headwater_server.replica.group.identity import command
    from headwater_server.replica.snapshots.fold import fold

    with valid_engine():
        Engine(settings.engine)
        compile_if_cold(settings.engine)
    rows = len(history.events)
    async with chosen_store(settings) as storage:
        with Progress("write the log", rows) as progress:
            who = command("headwater import")
            await _put_given(storage, settings, who)
            history = replace(history, who=who)
            found = await write(storage.log, history, batch_size, progress.at)
        if found.others:
            print(
                "the catalogue is not empty: the events are learned as of now, not with their times"
            )
        head = await storage.log.head()
        with Progress("learn", head.sequence) as progress:
            engine, position = await fold(
                storage.log,
                Engine,
                snapshots=storage.snapshots,
                on_entry=lambda p: progress.at(p.sequence),
            )
        await publish(engine, position, storage.snapshots)
        print(f"{rows - len(found.lines):,} events written, {len(found.lines):,} existed already")
        print(f"digest {engine.digest()} offset={position.offset}")
        _fail_if_refused(engine.lookups.counts()["item_writes_refused"])


def _fail_if_refused(items: int) -> None:
    if items:
        fail(f"{items:,} items were refused: items_max has no place for them; raise it", FAILED)


def _say(outcomes: Counter[str]) -> None:
    from headwater_server.cli.import_target import ITEMS_REFUSED

    print(", ".join(f"{count} {status}" for status, count in sorted(outcomes.items())))
    _fail_if_refused(outcomes[ITEMS_REFUSED])
    if outcomes["conflict"] or outcomes["quarantined"]:
        fail("some events were not learned", FAILED)
