"""One process of the crew: started, ready, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from dataclasses import asdict
from typing import Any

from headwater_server.workers.slot import Seat

READY = re.compile(r"ready on \S+ offset=(\S+)")
PROGRAM = (sys.executable, "-m", "headwater_server", "worker")


class WorkerFailedError(Exception):
    """A process ended before it was ready; its own words are on standard error."""

    def __init__(self, seat: Seat, exit_code: int) -> None:
        """Name the process and how it ended."""
        super().__init__(f"{seat.name} did not get ready: exit code {exit_code}")
        self.exit_code = exit_code


class WorkerProcess:
    """Tied to this process: it is stopped when we die, whatever we die of."""

    def __init__(self, seat: Seat, flags: dict[str, Any]) -> None:
        """Hand over the ``flags`` of the command line; it reads the other sources itself."""
        self._seat = seat
        self._told = json.dumps({"seat": asdict(seat), "flags": flags}).encode() + b"\n"
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
            pass_fds=[self._seat.table_fd],
            start_new_session=True,  # Ctrl-C is for the parent, which stops all in order
        )
        assert process.stdin is not None  # noqa: S101 - asked for above
        assert process.stdout is not None  # noqa: S101 - the same
        with contextlib.suppress(ConnectionError):
            process.stdin.write(self._told)
            await process.stdin.drain()
            process.stdin.close()
        while line := await process.stdout.readline():
            if match := READY.search(line.decode()):
                return match[1]
        raise WorkerFailedError(self._seat, await process.wait())

    async def wait(self) -> int:
        """Return the exit code when it has ended."""
        return await self._process.wait() if self._process else 0

    def terminate(self) -> None:
        """Ask it to stop in order."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    async def end(self, patience_s: float) -> None:
        """Stop it in order; by force if that takes longer than ``patience_s``."""
        self.terminate()
        try:
            async with asyncio.timeout(patience_s):
                await self.wait()
        except TimeoutError:
            if self._process is not None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
            await self.wait()
