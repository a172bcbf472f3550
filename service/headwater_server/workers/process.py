"""One process of the pool: its start, its readiness, its stop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from dataclasses import asdict
from typing import Any

from headwater_server.workers.slot import WorkerSlot

READY = re.compile(r"ready on \S+ offset=(\S+)")
PROGRAM = (sys.executable, "-m", "headwater_server", "worker")


class WorkerFailedError(Exception):
    """A process ended before it was ready; its own messages are on standard error."""

    def __init__(self, slot: WorkerSlot, exit_code: int) -> None:
        """Name the process and how it ended."""
        super().__init__(f"{slot.name} did not get ready: exit code {exit_code}")
        self.exit_code = exit_code


class WorkerProcess:
    """Tied to this process: it ends when we end, also by kill -9."""

    def __init__(self, slot: WorkerSlot, flags: dict[str, Any]) -> None:
        """Pass on the ``flags`` of the command line; the process reads other settings itself."""
        self._slot = slot
        self._input = json.dumps({"slot": asdict(slot), "flags": flags}).encode() + b"\n"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Return the process's id, None before `start`."""
        return self._process.pid if self._process else None

    async def start(self) -> str:
        """Return its offset when it is ready; `WorkerFailedError` if it ends instead."""
        self._process = process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[self._slot.table_fd],
            start_new_session=True,  # Ctrl-C reaches the parent only, which stops all in order
        )
        assert process.stdin is not None  # noqa: S101 - asked for above
        assert process.stdout is not None  # noqa: S101 - the same
        with contextlib.suppress(ConnectionError):
            process.stdin.write(self._input)
            await process.stdin.drain()
            process.stdin.close()
        while line := await process.stdout.readline():
            if match := READY.search(line.decode()):
                return match[1]
        raise WorkerFailedError(self._slot, await process.wait())

    async def wait(self) -> int:
        """Return the exit code when it has ended."""
        return await self._process.wait() if self._process else 0

    def terminate(self) -> None:
        """Ask it to stop in order."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    async def end(self, timeout_s: float) -> None:
        """Stop it in order; by force if that takes longer than ``timeout_s``."""
        self.terminate()
        try:
            async with asyncio.timeout(timeout_s):
                await self.wait()
        except TimeoutError:
            if self._process is not None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
            await self.wait()
