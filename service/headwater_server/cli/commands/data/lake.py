"""`headwater lake`: the log as Parquet files by hour, and back."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.cli.stores import (
    check_one_existing,
    check_one_place,
    chosen_store,
    store_beside_a_server,
    store_explained,
)
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.lake.writing import Written

POLL_S = 10.0
Folder = Annotated[Path, typer.Option("--lake", help="folder of the Parquet files")]


def write(
    flags: dict[str, Any],
    lake: Folder,
    *,
    follow: Annotated[
        bool, typer.Option("--follow", help="stay, and write each hour when it is over")
    ] = False,
    now: Annotated[
        bool, typer.Option("--now", help="also the hour that is not over; its next file continues")
    ] = False,
    rewrite: Annotated[
        bool,
        typer.Option("--rewrite", help="write the files again from the log, after an erasure"),
    ] = False,
) -> None:
    """Write the log's hours that are over as Parquet files.

    A row for each operation. It continues after the last file, may run beside servers, and may be
    killed at any time.
    """
    import asyncio

    with explained(), store_explained():
        _check_extra()
        if rewrite and (follow or now):
            raise BadSettings("--rewrite: it goes with neither --follow nor --now")
        settings = load_settings(**flags)
        check_one_existing(None, settings)
        asyncio.run(_write(settings, lake, follow=follow, now=now, again=rewrite))


async def _write(settings: Settings, folder: Path, *, follow: bool, now: bool, again: bool) -> None:
    import asyncio

    from headwater_server.cli.progress import Progress
    from headwater_server.lake import writing
    from headwater_server.lake.files import Lake
    from headwater_server.replica.clock import wall_clock_ms

    lake = Lake(folder, settings.storage.catalogue)
    async with store_beside_a_server(settings) as storage:
        if again:
            _show(await writing.rewrite(storage.log, lake))
            return
        head = await storage.log.head()
        with Progress("lake", head.sequence, quick=True) as bar:
            at = wall_clock_ms()
            found = await writing.write(storage.log, lake, at, also_open=now, on_entry=bar.at)
        _show(found)
        while follow:
            await asyncio.sleep(POLL_S)
            done = await writing.write(storage.log, lake, wall_clock_ms(), also_open=False)
            if done.files:
                _show(done)


def _show(written: Written) -> None:
    typer.echo(
        f"{written.files} files written: {written.operations:,} operations, "
        f"{written.events:,} of them events"
    )
    if written.waiting:
        typer.echo(
            f"{written.waiting:,} operations wait for the end of their hour (--now writes them)"
        )
    if written.out_of_reach:
        paths = "\n  ".join(written.out_of_reach)
        fail(
            f"{len(written.out_of_reach)} files are as they were: neither the log nor its archive "
            f"holds their entries. Delete them if an erasure must reach them:\n  {paths}",
            FAILED,
        )


def restore(flags: dict[str, Any], lake: Folder) -> None:
    """Fill an empty store with a lake's log.

    The same entries, so the same digest.
    """
    import asyncio

    with explained(), store_explained():
        _check_extra()
        settings = load_settings(**flags)
        check_one_place(None, settings)
        asyncio.run(_restore(settings, lake))


async def _restore(settings: Settings, folder: Path) -> None:
    from headwater_server.cli.progress import Progress
    from headwater_server.lake.files import Lake
    from headwater_server.lake.restoring import restore as restored

    lake = Lake(folder, settings.storage.catalogue)
    last = lake.end().sequence  # also checks the files before a store is made
    async with chosen_store(settings) as storage:
        with Progress("restore", last) as progress:
            entries = await restored(lake, storage, lambda done, _of: progress.at(done))
    typer.echo(f"{entries:,} entries restored; the next start replays them")


def _check_extra() -> None:
    if not find_spec("pyarrow"):
        raise BadSettings("lake: Parquet needs pip install 'headwater-server[lake]'")
