"""`headwater export`: events, items, accounts and shown lists as files for other programs."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.failures import explained
from headwater_server.cli.stores import check_dirs, store_beside_a_server, store_explained
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from headwater_server.cli.commands.data.export_file import ExportFile
    from headwater_server.exporting.reading import ReadableLog
    from headwater_server.storage.storage import Storage


class Table(Enum):
    """What is exported."""

    EVENTS = "events"
    ITEMS = "items"
    USERS = "users"
    LISTS = "lists"


class Format(Enum):
    """How it is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


def export(
    flags: dict[str, Any],
    table: Annotated[Table, typer.Argument(help="what to export")],
    out: Annotated[
        Path,
        typer.Option(help="the file: .csv, .jsonl or .parquet, the first two also with .gz"),
    ],
    format_: Annotated[
        Format | None, typer.Option("--format", help="(default: by the file's name)")
    ] = None,
) -> None:
    """Export events, items, users or shown lists to a file.

    Reads a store (--data-dir, --redis-url), also beside running servers, or an archive
    (--archive-dir). What was erased is left out. `headwater import` reads the files of events,
    items and users. docs/exporting.md explains the columns.
    """
    import asyncio

    from headwater_server.cli.commands.data.export_file import open_file

    with explained(), store_explained():
        settings = load_settings(**flags)
        check_source(settings)
        with open_file(out, format_.value if format_ else "", table.value) as file:
            is_empty = asyncio.run(_export(settings, table.value, file))
        print(f"{out}: {file.rows:,} rows")
        if is_empty:
            typer.echo("note: the log is empty; see also --catalogue", err=True)


def check_source(settings: Settings) -> None:
    """Refuse no source, and a directory that does not exist. Raises `BadSettings`."""
    if not (settings.place.has_log or settings.storage.archive_dir):
        raise BadSettings("give one of --data-dir, --redis-url and --archive-dir")
    check_dirs(settings)


async def _export(settings: Settings, table: str, file: ExportFile) -> bool:
    """Write the rows; return whether the log has no entry at all."""
    from headwater_server.storage.archive.archived_log import ArchivedLog
    from headwater_server.storage.storage import archive_of

    if not settings.place.has_log:
        archive = archive_of(settings.storage, None)
        if archive is None or not archive.files():
            where = archive.path if archive else settings.storage.archive_dir
            raise BadSettings(f"--archive-dir: {where} has no archived entries; see --catalogue")
        await _write(ArchivedLog(archive), None, table, file)
        return False
    async with store_beside_a_server(settings) as storage:
        await _write(storage.log, storage, table, file)
        return not (await storage.log.head()).sequence


async def _write(log: ReadableLog, storage: Storage | None, table: str, file: ExportFile) -> None:
    from headwater_server.exporting.columns import OF_THE_LOG

    pages = _of_log(log, table) if table in OF_THE_LOG else _of_state(log, storage, table, file)
    async for rows in pages:
        file.add(rows)


async def _of_log(log: ReadableLog, table: str) -> AsyncIterator[list[Any]]:
    """Yield pages of rows, after a pass over the log that finds who was erased."""
    from headwater_server.cli.progress import Progress
    from headwater_server.exporting.reading import erasures_of, log_pages

    head = await log.head()
    with Progress("look for erasures", head.sequence) as progress:
        erasures = await erasures_of(log, head, lambda done: progress.at(done, "entries"))
    with Progress(f"export {table}", head.sequence) as progress:
        async for page in log_pages(log, table, erasures, head):
            yield page.rows
            progress.at(page.sequence, "entries")


async def _of_state(
    log: ReadableLog, storage: Storage | None, table: str, file: ExportFile
) -> AsyncIterator[list[Any]]:
    """Yield pages of rows of the state at the end of the log."""
    from headwater_server.cli.compiling import compiling_shown
    from headwater_server.cli.progress import Progress
    from headwater_server.engine.engine import Engine
    from headwater_server.engine.warmup import warm_up
    from headwater_server.exporting.state import feature_names, state_pages
    from headwater_server.replica.ports.position import START
    from headwater_server.replica.snapshots.fold import fold

    with compiling_shown():
        warm_up()
    head = await log.head()
    with Progress("replay", head.sequence) as progress:
        if storage:
            engine, _ = await fold(
                storage.log,
                Engine,
                snapshots=storage.snapshots,
                on_entry=lambda position: progress.at(position.sequence, "entries"),
            )
        else:
            engine = Engine()
            async for logged in log.iterate(START):
                engine.apply(logged.entry)
                progress.at(logged.position.sequence, "entries")
    file.features(feature_names(engine.lookups, table))
    for rows in state_pages(engine.lookups, table):
        yield rows
