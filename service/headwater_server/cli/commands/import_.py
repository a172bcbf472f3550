"""`headwater import`: a shop's past, onto a log or through a running server."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from headwater import HeadwaterError
from headwater_server.cli.commands.backtest import EventsFile, ItemsFile
from headwater_server.cli.failures import FAILED, explained, fail, valid_engine
from headwater_server.cli.import_log import write
from headwater_server.cli.import_target import ServerGoneError, send
from headwater_server.cli.progress import Progress
from headwater_server.cli.stores import check_one_place, chosen_store, store_explained
from headwater_server.cli.target import Key, Target
from headwater_server.evaluation.shop_history import ShopHistory, read_gorse, read_history
from headwater_server.replica.snapshots.fold import fold
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings


class Format(Enum):
    """Whose files these are."""

    HEADWATER = "headwater"
    GORSE = "gorse"


AGAIN = "run the same command again to go on; nothing is learned twice"


def import_events(
    flags: dict[str, Any],
    events: EventsFile,
    items: ItemsFile = None,
    users: Annotated[
        Path | None, typer.Option("--users", help="Gorse's users (with --format gorse)")
    ] = None,
    format: Annotated[  # noqa: A002 - the flag's name
        Format, typer.Option(help="headwater: CSV as above; gorse: what Gorse exports")
    ] = Format.HEADWATER,
    type: Annotated[  # noqa: A002 - the flag's name
        list[str] | None,
        typer.Option(
            metavar="THEIRS=OURS",
            help="with --format gorse: which event type a feedback type is, such as "
            "read=detail-page-view; several times. Without: read=impression, star=favorite, and "
            "names of ours are themselves",
        ),
    ] = None,
    target: Target = None,
    key: Key = "",
    batch_size: Annotated[
        int, typer.Option(min=1, max=1000, help="events to an entry, or to a call")
    ] = 500,
) -> None:
    """Put a file of events, and one of items, into a catalogue. May be cut off and run again.

    Onto a log (--data-dir, --redis-url) with the file's times, if the catalogue is empty; through
    a running server (--target) as live events that say when they happened. With --format gorse,
    --events is Gorse's feedback and --items its items, as JSON lines, JSON or CSV, or all three are
    one file of `gorse-cli dump` (docs/migrating.md).
    """
    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_place(target, settings)
        if format is Format.GORSE:
            history = read_gorse(events, items, users, _types(type or ()), settings.engine)
        else:
            _refuse_of_gorse(users, type)
            history = read_history(events, items, settings.engine)
        if target:
            _send(target, key, history, batch_size)
        else:
            asyncio.run(_write(settings, history, batch_size))


def _types(told: Iterable[str]) -> dict[str, str]:
    """Return which event type a feedback type is."""
    pairs = [pair.partition("=") for pair in told]
    wrong = next(("".join(pair) for pair in pairs if not (pair[0] and pair[2])), "")
    if wrong:
        raise BadSettings(f"--type {wrong}: write THEIRS=OURS, such as read=detail-page-view")
    return {theirs: ours for theirs, _, ours in pairs}


def _refuse_of_gorse(users: Path | None, types: list[str] | None) -> None:
    if users or types:
        raise BadSettings("--users and --type go with --format gorse")


def _send(target: str, key: str, history: ShopHistory, batch_size: int) -> None:
    with Progress("import", len(history.events)) as progress:
        try:
            outcomes = send(target, key, history, batch_size, progress.at)
        except (HeadwaterError, ServerGoneError) as error:
            fail(f"{target}: {error}\n{AGAIN}")
    _say(outcomes)


async def _write(settings: Settings, history: ShopHistory, batch_size: int) -> None:
    from headwater_server.cli.publish_state import keep
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
