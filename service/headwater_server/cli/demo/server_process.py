"""A real server as a process of its own: started, killed without mercy, started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

READY = re.compile(r"headwater ready on (\S+) offset=(\S+)")
NOT_OURS = {  # they are for the shop's own server
    "HEADWATER_KEYS", "HEADWATER_PAGE_KEYS", "HEADWATER_METRICS_LISTEN", "HEADWATER_GATEWAY",
    "HEADWATER_GATEWAY_TLS", "HEADWATER_LISTEN", "HEADWATER_REDIS_URL",
}  # fmt: skip
START_PATIENCE_S = 300.0  # the first start compiles, and the machine may be busy
STOP_PATIENCE_S = 30.0
TOO_LATE = (
    f"did not get ready within {START_PATIENCE_S:.0f} s; what it has compiled is kept, so another "
    "try goes on from there"
)


class ServerFailedError(Exception):
    """The server ended, or did not get ready; the text holds its last words."""


class ServerProcess:
    """`headwater serve` on a data directory and a free port."""

    def __init__(
        self, data_dir: Path, *flags: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self._command = [
            sys.executable, "-m", "headwater_server", "serve", "--listen", "127.0.0.1:0",
            "--data-dir", str(data_dir), *flags,
        ]  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        self._environment = kept | dict(environment or {})
        self._errors = data_dir / "server.log"
        self._process: asyncio.subprocess.Process | None = None
        self.address = ""

    async def start(self) -> None:
        """Return when the server says that it is ready; ``address`` is where."""
        self._errors.parent.mkdir(parents=True, exist_ok=True)
        with self._errors.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for the demo, which stops the server in order
            )
        try:
            async with asyncio.timeout(START_PATIENCE_S):
                self.address = await self._ready(self._process)
        except TimeoutError:
            self.kill()
            raise ServerFailedError(self._last_words(TOO_LATE)) from None

    async def _ready(self, process: asyncio.subprocess.Process) -> str:
        assert process.stdout is not None  # noqa: S101 - it was asked for above
        while line := await process.stdout.readline():
            if match := READY.search(line.decode()):
                return match[1]
        code = await process.wait()
        raise ServerFailedError(self._last_words(f"ended with exit code {code}"))

    def _last_words(self, what: str) -> str:
        lines = self._errors.read_text(errors="replace").splitlines()[-5:]
        return "\n".join([f"the server {what}:", *lines])

    async def kill_and_wait(self) -> None:
        """Kill it as a power cut would: no handler runs, nothing is flushed."""
        self.kill()
        if self._process is not None:
            await self._process.wait()

    def kill(self) -> None:
        """Send SIGKILL."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def stop(self) -> int:
        """Stop it in order; return its exit code."""
        process = self._process
        if process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_PATIENCE_S):
                return await process.wait()
        except TimeoutError:
            await self.kill_and_wait()
            return -signal.SIGKILL
