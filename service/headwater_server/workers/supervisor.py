"""Supervises one slot: a process that ends is replaced, after a growing pause."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog

from headwater_server.workers.process import WorkerFailedError, WorkerProcess
from headwater_server.workers.slot import WorkerSlot

_log = structlog.get_logger(__name__)
PAUSE_S = 0.1
PAUSE_MAX_S = 5.0
STABLE_AFTER_S = 5.0  # a process that ran this long is replaced at once
TRIES = 5


class Supervisor:
    """Calls ``gives_up(exit_code)`` after every `TRIES` failed starts in a row.

    Also when the very first start fails with a reason: a wrong setting, a broken log.
    """

    def __init__(
        self,
        slot: WorkerSlot,
        flags: dict[str, Any],
        gives_up: Callable[[int], None],
        stop_s: float,
    ) -> None:
        """Supervise ``slot``; a stop in order may take ``stop_s`` seconds."""
        self.slot = slot
        self._flags = flags
        self._gives_up = gives_up
        self._stop_s = stop_s
        self._process: WorkerProcess | None = None
        self._stopping = False
        self._restarting = self._replaces = False
        self._early_ends = self._failed_starts = 0
        self.ready = asyncio.Event()
        self.offset = ""

    async def run(self) -> None:
        """Keep a process in the slot, until `stop`."""
        while not self._stopping:
            began_s = asyncio.get_running_loop().time()
            await self._one_process()
            lived_s = asyncio.get_running_loop().time() - began_s
            self._early_ends = 0 if lived_s > STABLE_AFTER_S else self._early_ends + 1
            if not self._restarting and not self._stopping:
                await self._pause()
            self._replaces = bool(self.offset) and not self._restarting
            self._restarting = False

    async def _one_process(self) -> None:
        slot = replace(self.slot, replaces=self._replaces)
        self._process = process = WorkerProcess(slot, self._flags)
        try:
            self.offset = await process.start()
        except WorkerFailedError as error:
            self._failed(error)
            return
        self._failed_starts = 0
        self.ready.set()
        _log.info("process ready", slot=self.slot.name, pid=process.pid, offset=self.offset)
        exit_code = await process.wait()
        self.ready.clear()
        if not self._restarting and not self._stopping:
            _log.error("process ended; replacing it", slot=self.slot.name, exit_code=exit_code)

    def _failed(self, error: WorkerFailedError) -> None:
        self._failed_starts += 1
        if not self._stopping and not self._restarting:
            _log.error("process did not start", slot=self.slot.name, exit_code=error.exit_code)
            has_reason = error.exit_code > 0 and not self.offset  # the next start would fail, too
            if has_reason or self._failed_starts % TRIES == 0:
                self._gives_up(error.exit_code)

    async def _pause(self) -> None:
        await asyncio.sleep(min(PAUSE_MAX_S, PAUSE_S * 2 ** min(self._early_ends, 10)))

    async def restart(self) -> None:
        """Stop the process in order and return when the next is ready."""
        if self._process is not None and self.ready.is_set():
            self._restarting = True
            self.ready.clear()
            await self._process.end(self._stop_s)
        await self.ready.wait()

    async def stop(self) -> None:
        """Stop the process in order; it is not replaced."""
        self._stopping = True
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                await self._process.end(self._stop_s)
