"""Starts, watches and stops a valkey-server on a data directory."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import structlog
from redis.backoff import ExponentialBackoff

from headwater_server.storage.embedded.binary import find_server_program
from headwater_server.storage.embedded.data_dir import DataDir
from headwater_server.storage.embedded.leftover import take_server_lock
from headwater_server.storage.embedded.server_process import (
    ServerDiedError,
    ServerProcess,
    launch_server,
)
from headwater_server.storage.settings import Durability

_log = structlog.get_logger(__name__)


class EmbeddedServer:
    """Use `start` and `stop` on one event loop, in the main thread.

    In the main thread, because Linux ties a child process to the thread that started it.
    """

    def __init__(self, path: Path, durability: Durability = Durability.EVERYSEC) -> None:
        """Name the directory; `start` creates and uses it."""
        self._dir = DataDir(path)
        self._durability = durability
        self._process: ServerProcess | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def socket_path(self) -> Path:
        """The path that clients connect to; it does not change after restarts."""
        return self._dir.socket_path()

    @property
    def pid(self) -> int | None:
        """The process id of the server, None while it does not run."""
        return self._process.pid if self._process else None

    def kill(self) -> None:
        """End the server like a crash, for drills; it is started again."""
        if self._process is not None:
            self._process.kill()

    async def start(self) -> None:
        """Start the server and return when it answers.

        It may raise `DataDirInUseError`, `NoServerProgramError` or `ServerDiedError`.
        """
        self._dir.take()
        try:
            await self._launch()
        except BaseException:
            await self._end()
            raise
        self._watch = asyncio.create_task(self._restart_when_it_dies())

    async def stop(self) -> None:
        """Stop cleanly: everything is on disk when this returns. It may be called again."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await self._end()

    async def _launch(self) -> None:
        lock = self._dir.server_lock()
        await take_server_lock(lock)
        try:
            self._process = await launch_server(find_server_program(), self._options(), lock)
        finally:
            lock.release()  # the server holds its own copy now
        await self._process.answers(self.socket_path, self._dir.path / "valkey.log")

    def _options(self) -> dict[str, str]:
        return {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self._dir.path),
            "logfile": "valkey.log",
            "daemonize": "no",
            "databases": "1",
            "save": "",  # only the append-only file is used
            "appendonly": "yes",
            "appendfsync": self._durability.value,
            "maxmemory-policy": "noeviction",
        }

    async def _restart_when_it_dies(self) -> None:
        backoff, failures = ExponentialBackoff(cap=5.0, base=0.05), 0
        while True:
            if self._process is not None:
                code = await self._process.wait()
                _log.error("valkey-server ended; starting it again", exit_code=code)
                self._process = None
            try:
                await self._launch()
                failures = 0
            except (OSError, ServerDiedError):
                _log.exception("valkey-server does not start; trying again")
                failures += 1
                await asyncio.sleep(backoff.compute(failures))

    async def _end(self) -> None:
        if self._process is not None:
            await self._process.end()
            self._process = None
        self._dir.leave()
