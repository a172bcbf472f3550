"""`headwater worker`: one process of `serve --workers`. Only the parent process starts it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from headwater_server.cli.commands.serve import checked_settings
from headwater_server.cli.failures import FAILED, explained, fail, valid_engine
from headwater_server.cli.stores import store_explained
from headwater_server.settings import Settings

if TYPE_CHECKING:
    import asyncio

    from headwater_server.workers.host_table import HostTable
    from headwater_server.workers.slot import WorkerSlot

_beating: set[asyncio.Task[None]] = set()


def worker() -> None:
    """Serve as the worker that standard input names; `headwater serve --workers` starts it."""
    import structlog

    from headwater_server.storage.embedded.launch import tie_to
    from headwater_server.workers.slot import WorkerSlot

    line = sys.stdin.readline()
    if not line:
        raise typer.Exit(0)  # the parent ended before it sent anything
    given = json.loads(line)
    slot, flags = WorkerSlot(**given["slot"]), given["flags"]
    tie_to(slot.parent_pid)
    with explained(), store_explained():
        settings = slot.settings(checked_settings(flags))
        structlog.contextvars.bind_contextvars(slot=slot.name)
        try:
            with valid_engine():
                _run(settings, slot)
        except OSError as error:
            fail(str(error), FAILED)


def _run(settings: Settings, slot: WorkerSlot) -> None:
    from headwater_server.cli.compiling import compiling_shown
    from headwater_server.garbage import no_passes
    from headwater_server.replica.group.identity import this_process
    from headwater_server.replica.group.process_context import ProcessContext
    from headwater_server.replica.ports.registry import FOLLOWER
    from headwater_server.workers.host_table import HostTable

    with no_passes():
        from headwater_server.app import run

    serves = slot.role != FOLLOWER
    table = HostTable(slot.table_fd, slot.workers, slot.number) if serves else None
    context = ProcessContext(
        identity=this_process(slot.role, keeps_snapshots=not serves),
        host_peers=table,
        socket=Path(slot.socket) if slot.socket else None,
    )

    def on_ready(address: str, offset: str) -> None:
        _ready(table, address, offset)

    if slot.number:  # all workers compile the same; one of them shows it
        run(settings, on_ready, context)
        return
    with compiling_shown() as shown:
        run(settings, shown.until(on_ready), context)


def _ready(table: HostTable | None, address: str, offset: str) -> None:
    import asyncio

    if table is not None:
        _beating.add(asyncio.get_running_loop().create_task(table.go_on_beating()))
    print(f"ready on {address} offset={offset}", flush=True)
