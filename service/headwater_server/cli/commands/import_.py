"""`headwater import`: past events, into a store or through a running server."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.failures import FAILED, explained, fail, valid_engine
from headwater_server.cli.reading.files import exit_code, print_guess, read_files
from headwater_server.cli.reading.flags import PANEL, Reading
from headwater_server.cli.stores import check_one_place, chosen_store, store_explained
from headwater_server.cli.target import Key, Target
from headwater_server.errors import StoreRefused, StoreUnavailable
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.cli.importing.log_writer import Found, Written
    from headwater_server.evaluation.shop_history import ShopHistory
    from headwater_server.storage.storage import Storage

AGAIN = "run the same command again to continue; no event is learned twice"


def import_events(
    files: Reading,
    flags: dict[str, Any],
    target: Target = None,
    key: Key = "",
    batch_size: Annotated[
        int, typer.Option(min=1, max=1000, help="events in one log entry or call")
    ] = 500,
    *,
    guess: Annotated[
        Path | None,
        typer.Option(
            help="print a mapping to edit for this file, which no preset knows, and end",
            rich_help_panel=PANEL,
            show_default=False,
        ),
    ] = None,
    as_of_now: Annotated[
        bool,
        typer.Option(
            "--as-of-now",
            help="accept that a catalogue with live events learns those of the file as of now",
        ),
    ] = False,
) -> None:
    """Import events and items from files of any shop. Can be interrupted and resumed.

    With --data-dir or --redis-url, events are written to the log with the times of the file, as
    long as the catalogue has learned nothing live. With --target, they are sent to a running
    server as live events that carry their time. All files are checked as a whole before the first
    row is used; --check only reports what an import would do. An event that is there already, from
    this file or an earlier export of it, is not learned again.

    The form of the files is found by their columns; the flags under "Files" say what cannot be
    found. docs/import.md has examples, docs/import-presets.md lists the forms.

    Exit code: 0 all taken, 1 something was dropped or not learned, 2 nothing was done.
    """
    import asyncio

    with explained(), store_explained():
        if guess:
            print_guess(guess)
            return
        settings = load_settings(**flags)
        _check_flags(files, target, settings)
        settings = asyncio.run(_as_on_log(settings))
        history = read_files(files, settings.engine)
        if target:
            _send(target, key, history, batch_size)
        else:
            asyncio.run(_write(settings, history, batch_size, as_of_now=as_of_now))
    if code := exit_code(history.report):
        raise typer.Exit(code)


def _check_flags(files: Reading, target: str | None, settings: Settings) -> None:
    place = settings.place
    if not (files.events or files.items or files.users):
        raise BadSettings("--events, --items and --users are missing: name a file to import")
    if files.check and not (target or place.redis_url or place.data_dir):
        return  # a report needs no place
    check_one_place(target, settings)


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


def _send(target: str, key: str, history: ShopHistory, batch_size: int) -> None:
    from headwater import HeadwaterError
    from headwater_server.cli.importing.journal import Journal
    from headwater_server.cli.importing.sender import ServerGoneError, send
    from headwater_server.cli.importing.sending import ForgottenError
    from headwater_server.cli.progress import Progress

    first = next(iter(history.events.events()), None)
    journal = Journal(target, first.event_id) if first else None
    with Progress("import", len(history.events)) as progress:
        try:
            outcomes = send(
                target, key, history, batch_size, progress.at, journal=journal, on_resume=_resumed
            )
        except ForgottenError as error:
            raise BadSettings(f"{target}: {error}") from None
        except (HeadwaterError, ServerGoneError) as error:
            fail(f"{target}: {error}\n{AGAIN}")
    _say(outcomes, history)


async def _write(
    settings: Settings, history: ShopHistory, batch_size: int, *, as_of_now: bool
) -> None:
    from headwater_server.cli.compiling import compile_if_cold
    from headwater_server.engine.engine import Engine
    from headwater_server.garbage import short_passes
    from headwater_server.replica.group.identity import command

    with valid_engine():
        Engine(settings.engine)
        compile_if_cold(settings.engine)
    who = command("headwater import")
    history = replace(history, who=who)
    try:
        with short_passes():  # nearly all that is created stays
            async with chosen_store(settings) as storage:
                found = await _look(storage)
                _refuse_live(found, history, as_of_now=as_of_now)
                await _put_given(storage, settings, who)
                written = await _written(storage, history, batch_size, found)
                await _learn(storage, written, found.events, history)
    except StoreRefused:
        raise
    except StoreUnavailable as error:
        fail(f"{error}\n{AGAIN}")


def _resumed(events: int) -> None:
    typer.echo(f"{events:,} events of the file were sent already; continuing", err=True)


async def _look(storage: Storage) -> Found:
    from headwater_server.cli.importing.log_writer import look
    from headwater_server.cli.progress import Progress

    with Progress("look at the log, events", 0) as progress:
        found = await look(storage.log, progress.at)
    if found.events:
        text = f"{found.events:,} events are there already; continuing with what is not"
        typer.echo(text, err=True)
    return found


def _refuse_live(found: Found, history: ShopHistory, *, as_of_now: bool) -> None:
    """Refuse before the first row, unless everything is there already. Raises `BadSettings`."""
    from headwater_server.cli.importing.log_writer import LIVE

    if found.live and not as_of_now and not found.holds_all(history):
        raise BadSettings(LIVE)


async def _written(
    storage: Storage, history: ShopHistory, batch_size: int, found: Found
) -> Written:
    from headwater_server.cli.importing.log_writer import write
    from headwater_server.cli.progress import Progress

    with Progress("write the log", len(history.events)) as progress:
        return await write(storage.log, history, batch_size, progress.at, found=found)


async def _learn(storage: Storage, written: Written, before: int, history: ShopHistory) -> None:
    from headwater_server.cli.importing.learning import learn
    from headwater_server.cli.progress import Progress
    from headwater_server.engine.messages.events import Status

    with Progress("learn", before + written.events) as progress:
        learned = await learn(storage, progress.at)
    if len(history.events):
        print(f"{written.events:,} events written, {written.existed:,} existed already")
    else:
        print(_described(history))
    print(f"digest {learned.engine.digest()} offset={learned.position.offset}")
    _fail_if_refused(learned.engine.lookups.counts()["item_writes_refused"])
    refused = {one: learned.statuses[one] for one in (Status.CONFLICT, Status.QUARANTINED)}
    if any(refused.values()):
        text = ", ".join(f"{count:,} {one.value}" for one, count in refused.items() if count)
        fail(f"some events were not learned: {text}", FAILED)


def _fail_if_refused(items: int) -> None:
    if items:
        fail(f"{items:,} items were refused: items_max has no place for them; raise it", FAILED)


def _described(history: ShopHistory) -> str:
    """Return what an import without events wrote."""
    counts = {"items": len(history.items), "accounts": len(history.users)}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) + " written"


def _say(outcomes: Counter[str], history: ShopHistory) -> None:
    from headwater_server.cli.importing.sender import ITEMS_REFUSED

    print(
        _described(history)
        if not len(history.events)
        else ", ".join(f"{count} {status}" for status, count in sorted(outcomes.items()))
    )
    _fail_if_refused(outcomes[ITEMS_REFUSED])
    if outcomes["conflict"] or outcomes["quarantined"]:
        fail("some events were not learned", FAILED)
