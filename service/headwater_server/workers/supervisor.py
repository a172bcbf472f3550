"""Keeps one seat taken: whoever ends there is followed by another, with a growing pause."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog

from headwater_server.workers.process import WorkerFailedError, WorkerProcess
from headwater_server.workers.slot import Seat

_log = structlog.get_logger(__name__)
PAUSE_S = 0.1
PAUSE_MAX_S = 5.0
SOUND_AFTER_S = 5.0  # who lived that long starts again at once
TRIES = 5


class Keeper:
    """``gives_up(exit_code)`` is asked after `TRIES` starts in a row that all failed.

    And when the very first ends with a reason: a setting that is wrong, a log that is broken.
    """

    def __init__(
        self, seat: Seat, flags: dict[str, Any], gives_up: Callable[[int], None], stop_s: float
    ) -> None:
        """Allow a stop in order ``stop_s`` seconds."""
        self.seat = seat
        self._flags = flags
        self._gives_up = gives_up
        self._stop_s = stop_s
        self._process: WorkerProcess | None = None
        self._stopping = False
        self._told_to_restart = False
        self._ended_early = self._failed_starts = 0
        self.ready = asyncio.Event()
        self.offset = ""

    async def run(self) -> None:
        """Keep the seat taken, until `stop`."""
        while not self._stopping:
            began_s = asyncio.get_running_loop().time()
            await self._one_process()
            lived_s = asyncio.get_running_loop().time() - began_s
            self._ended_early = 0 if lived_s > SOUND_AFTER_S else self._ended_early + 1
            if not self._told_to_restart and not self._stopping:
                await self._pause()
            self._told_to_restart = False

    async def _one_process(self) -> None:
        self._process = process = WorkerProcess(self.seat, self._flags)
        try:
            self.offset = await process.start()
        except WorkerFailedError as error:
            self._failed(error)
            return
        self._failed_starts = 0
        self.ready.set()
        _log.info("ready", seat=self.seat.name, pid=process.pid, offset=self.offset)
        exit_code = await process.wait()
        self.ready.clear()
        if not self._told_to_restart and not self._stopping:
            _log.error("ended; starting another", seat=self.seat.name, exit_code=exit_code)

    def _failed(self, error: WorkerFailedError) -> None:
        self._failed_starts += 1
        if not self._stopping and not self._told_to_restart:
            _log.error("did not start", seat=self.seat.name, exit_code=error.exit_code)
            said = error.exit_code > 0 and not self.offset  # its reason holds for the next, too
            if said or self._failed_starts % TRIES == 0:
                self._gives_up(error.exit_code)

    async def _pause(self) -> None:
        await asyncio.sleep(min(PAUSE_MAX_S, PAUSE_S * 2 ** min(self._ended_early, 10)))

    async def restart(self) -> None:
        """Stop the process in order and return when the next is ready."""
        if self._process is not None and self.ready.is_set():
            self._told_to_restart = True
            self.ready.clear()
            await self._process.end(self._stop_s)
        await self.ready.wait()

    async def stop(self) -> None:
        """Stop the process in order; none follows."""
        self._stopping = True
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                await self._process.end(self._stop_s)
