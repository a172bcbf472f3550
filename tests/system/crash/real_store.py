"""A Redis or a Valkey of somebody else's, which can be killed, frozen and started again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from headwater_server.storage.embedded.pid_lock import PidLock
from headwater_server.storage.embedded.server_process import ServerProcess, launch_server
from tests.integration.conftest import BACKENDS, program, url_of

__all__ = ["BACKENDS", "RealStore", "running_store"]


class RealStore:
    """One store on a unix socket in ``path``; options are Redis' own, with ``_`` for ``-``."""

    def __init__(self, backend: str, path: Path, **options: str) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.url = url_of(path)
        self._program = program(backend)
        self._options = {
            "port": "0",
            "unixsocket": str(path / "s"),
            "dir": str(path),
            "logfile": "server.log",
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
        } | {name.replace("_", "-"): value for name, value in options.items()}
        self._process: ServerProcess | None = None

    @property
    def process(self) -> ServerProcess:
        """The running one: to be frozen and thawed."""
        assert self._process is not None
        return self._process

    async def start(self) -> None:
        """Start it with what is in its directory; return when it answers."""
        lock = PidLock(self.path / "test.lock")
        assert lock.acquire()
        self._process = await launch_server(self._program, self._options, lock)
        lock.release()
        await self._process.answers(self.path / "s", self.path / "server.log")

    async def kill(self) -> None:
        """End it as kill -9 does; return when it is gone."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """Stop it in order."""
        await self.process.end()


@asynccontextmanager
async def running_store(backend: str, path: Path, **options: str) -> AsyncIterator[RealStore]:
    """Run a store for a test."""
    store = RealStore(backend, path, **options)
    await store.start()
    try:
        yield store
    finally:
        await store.stop()
