"""The parent: holds the port and the embedded store, runs the pool, and answers no calls itself."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import structlog

from headwater_server.gateway.beside import Beside
from headwater_server.settings import Settings
from headwater_server.storage.embedded.embedded import EmbeddedServer
from headwater_server.workers.host_table import make_table
from headwater_server.workers.pool import WorkerPool
from headwater_server.workers.port import reserve
from headwater_server.workers.slot import WorkerSlot

_log = structlog.get_logger(__name__)
OnReady = Callable[[str, str], None]
SNAPSHOT_TIMEOUT_S = 60.0  # for the follower's last snapshot, of a large state


def run_pool(
    settings: Settings, flags: dict[str, Any], on_ready: OnReady, beside: Beside | None
) -> int:
    """Serve with several processes until SIGTERM or SIGINT; return the exit code.

    SIGHUP restarts all, one by one: each reads the settings, and the program, again. ``flags`` are
    those of the command line; every process gets them.
    """
    return asyncio.run(_run(settings, flags, on_ready, beside))


async def _run(
    settings: Settings, flags: dict[str, Any], on_ready: OnReady, beside: Beside | None
) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as parts:
        held, address = await reserve(settings.api.listen)
        parts.callback(held.close)
        socket = await _embedded(settings, parts)
        pool = WorkerPool(_slots(settings, address, socket, parts), flags, _stop_s(settings))
        parts.push_async_callback(pool.stop)
        starting = asyncio.create_task(pool.start())
        await _first(starting, pool.failed, stopping)
        if starting.done() and not stopping.is_set():
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, pool.roll)
            on_ready(address, starting.result())
            if beside is not None:
                opening = asyncio.create_task(beside.open(address, parts))
                await _first(opening, pool.failed, stopping)
                await _settled(opening)
            await _first(pool.failed, stopping)
        starting.cancel()
        _log.info("stopping")
    if pool.failed.done():
        _log.error("the workers do not start; giving up", exit_code=pool.failed.result())
        return pool.failed.result() or 1
    return 0


async def _settled(opening: asyncio.Task[None]) -> None:
    """Return when it is done, and raise its error; if it is not done, cancel it."""
    if opening.done():
        opening.result()
    else:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)


async def _embedded(settings: Settings, parts: AsyncExitStack) -> str:
    """Start the embedded server, if there is one, and return its socket."""
    data_dir = settings.place.data_dir
    if data_dir is None:
        return ""
    server = EmbeddedServer(data_dir, settings.storage.durability)
    await server.start()
    parts.push_async_callback(server.stop)
    return str(server.socket_path)


def _slots(
    settings: Settings, address: str, socket: str, parts: AsyncExitStack
) -> list[WorkerSlot]:
    workers = settings.process.workers
    table_fd = make_table(workers)
    parts.callback(os.close, table_fd)
    return [
        WorkerSlot(number, workers, os.getpid(), address, table_fd, socket)
        for number in range(workers + 1)
    ]


def _stop_s(settings: Settings) -> float:
    return settings.api.stop_grace_s + settings.replica.stop_patience_s + SNAPSHOT_TIMEOUT_S


async def _first(*what: asyncio.Future[Any] | asyncio.Event) -> None:
    """Return when the first of them is done or set."""
    waiting = [
        asyncio.create_task(one.wait()) if isinstance(one, asyncio.Event) else one for one in what
    ]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for one, task in zip(what, waiting, strict=True):
        if one is not task:
            task.cancel()
