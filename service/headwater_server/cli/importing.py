"""`headwater import`: a shop's past, onto a log or through a running server."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Annotated, Any

import typer

from headwater import HeadwaterError
from headwater_server.cli.backtesting import EventsFile, ItemsFile
from headwater_server.cli.failures import FAILED, explained, fail, valid_engine
from headwater_server.cli.import_log import write
from headwater_server.cli.import_target import ServerGoneError, send
from headwater_server.cli.progress import Progress
from headwater_server.cli.stores import check_one_place, chosen_store, store_explained
from headwater_server.cli.target import Key, Target
from headwater_server.evaluation.history import History, read_history
from headwater_server.replica.fold import fold
from headwater_server.settings import Settings, load_settings

AGAIN = "run the same command again to go on; nothing is learned twice"


def import_events(
    flags: dict[str, Any],
    events: EventsFile,
    items: ItemsFile = None,
    target: Target = None,
    key: Key = "",
    batch_size: Annotated[
        int, typer.Option(min=1, max=1000, help="events to an entry, or to a call")
    ] = 500,
) -> None:
    """Put a file of events, and one of items, into a catalogue. May be cut off and run again.

    Onto a log (--data-dir, --redis-url) with the file's times, if the catalogue is empty; through
    a running server (--target) as live events that say when they happened.
    """
    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_place(target, settings)
        history = read_history(events, items, settings.engine)
        if target:
            _send(target, key, history, batch_size)
        else:
            asyncio.run(_write(settings, history, batch_size))


def _send(target: str, key: str, history: History, batch_size: int) -> None:
    with Progress("import", len(history.events)) as progress:
        try:
            outcomes = send(target, key, history, batch_size, progress.at)
        except (HeadwaterError, ServerGoneError) as error:
            fail(f"{target}: {error}\n{AGAIN}")
    _say(outcomes)


async def _write(settings: Settings, history: History, batch_size: int) -> None:
    from headwater_server.cli.keeping import keep
    from headwater_server.engine.engine import Engine

    with valid_engine():
        Engine(settings.engine)
    rows = len(history.events)
    async with chosen_store(settings) as storage:
        with Progress("write the log", rows) as progress:
            found = await write(storage.log, history, batch_size, progress.at)
        if found.others:
            print("the catalogue is in use: the events are learned as of now, not with their times")
        head = await storage.log.head()
        with Progress("learn", head.sequence) as progress:
            engine, position = await fold(
                storage.log,
                Engine,
                snapshots=storage.snapshots,
                on_entry=lambda p: progress.at(p.sequence),
            )
        await keep(engine, position, storage.snapshots)
        print(
            f"{rows - len(found.lines):,} events written, {len(found.lines):,} were there already"
        )
        print(f"digest {engine.digest()} offset={position.offset}")


def _say(outcomes: Counter[str]) -> None:
    print(", ".join(f"{count} {status}" for status, count in sorted(outcomes.items())))
    if outcomes["conflict"] or outcomes["quarantined"]:
        fail("not every event was learned", FAILED)
