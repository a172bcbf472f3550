"""A real server as its own process: started, killed and restarted."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from headwater_server.cli.compiling import COMPILING

READY = re.compile(r"headwater ready on (\S+) offset=(\S+)")
NOT_OURS = {  # variables for the shop's own server
    "HEADWATER_KEYS", "HEADWATER_PAGE_KEYS", "HEADWATER_METRICS_LISTEN", "HEADWATER_GATEWAY",
    "HEADWATER_GATEWAY_TLS", "HEADWATER_LISTEN", "HEADWATER_REDIS_URL",
}  # fmt: skip
START_PATIENCE_S = 300.0  # the first start compiles, and the machine may be busy
STOP_PATIENCE_S = 30.0
TOO_LATE = (
    f"was not ready within {START_PATIENCE_S:.0f} s; compiled code is kept, so run it again to "
    "continue"
)


class ServerFailedError(Exception):
    """The server ended, or was not ready in time; the text contains its last log lines."""


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
        """Start the server; return when it is ready at ``address``."""
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

    @property
    def pid(self) -> int:
        """The id of the process that was started."""
        assert self._process is not None  # noqa: S101 - it was started
        return self._process.pid

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

    def compiling(self) -> str:
        """Return how far a first start has compiled; "" if it does not compile."""
        for line in reversed(self._errors.read_text(errors="replace").splitlines()):
            if COMPILING in line:
                with contextlib.suppress(ValueError, KeyError):
                    entry = json.loads(line)
                    return f"{COMPILING}: {entry['compiled']} of {entry['of']}"
        return ""

    async def kill_and_wait(self) -> None:
        """Kill it without a handler or a flush, as a power cut would."""
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
