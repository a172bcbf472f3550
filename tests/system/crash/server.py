"""`headwater serve` for the crash tests: killed, frozen, and started again where it was."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from headwater import AsyncClient
from headwater.model import Model
from headwater_server.cli.demo.server_process import ServerProcess
from tests.integration.waiting import PATIENCE_S

DIGEST_TIMEOUT_S = PATIENCE_S


class Server(ServerProcess):
    """A server that comes back on the port it had, so that clients find it again.

    On an embedded store in ``path``, or with ``redis_url`` on somebody else's, or in ``places``,
    flags that name others; then ``path`` only takes its log. With ``key``, a backend's, calls need
    one.
    """

    def __init__(
        self,
        path: Path,
        *flags: str,
        redis_url: str = "",
        key: str = "",
        places: Sequence[str] = (),
    ) -> None:
        super().__init__(path, *flags, *(("--keys", key) if key else ()))
        self._key = key
        if redis_url:
            places = ("--redis-url", redis_url)
        if places:
            place = self._command.index("--data-dir")
            self._command[place : place + 2] = places
        self.starts = 0

    async def start(self) -> None:
        if self.address:
            self._command[self._command.index("--listen") + 1] = self.address
        await super().start()
        self.starts += 1

    @property
    def pid(self) -> int:
        """The process that `start` started."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._errors.read_text(errors="replace")

    def freeze(self) -> None:
        """Let it hang."""
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.send(signal.SIGCONT)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Return its exit code when it ends."""
        assert self._process is not None
        return await self._process.wait()

    async def model(self, *, compute_digest: bool = True) -> Model:
        """Return where it stands, with its digest."""
        async with AsyncClient(self.address, key=self._key) as client:
            return await client.get_model(compute_digest=compute_digest, timeout_s=DIGEST_TIMEOUT_S)


@asynccontextmanager
async def serving(*servers: Server) -> AsyncIterator[Sequence[Server]]:
    """Start servers together; kill what is left of them at the end, however it ends."""
    try:
        async with asyncio.TaskGroup() as group:
            for server in servers:
                group.create_task(server.start())
        yield servers
    finally:
        for server in servers:
            await server.kill_and_wait()
