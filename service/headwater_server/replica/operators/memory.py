"""Compares the memory that this process uses with its budget."""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.steps import taken_in_steps

_log = structlog.get_logger(__name__)
STATM = Path("/proc/self/statm")
MEGABYTE = 1_000_000
KEPT_S = 5.0
MAPPED_BYTES = 2_000_000
_M_MMAP_THRESHOLD = -3  # of malloc.h


def map_large_blocks() -> None:
    """Let the C library return large blocks to the system as soon as they are freed.

    By default it keeps what arrays leave behind that have grown: the process then uses a fifth more
    than the state. Without glibc nothing happens.
    """
    try:
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, MAPPED_BYTES)
    except (OSError, AttributeError):
        return


def give_back_memory() -> None:
    """Return to the system what is free: after a large state was restored, a fifth of it."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        return


def process_bytes() -> int:
    """Return the resident bytes; if the system does not report them, their maximum so far."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class StateMemory:
    """Estimates the memory of the state, in steps; an estimate serves for `KEPT_S`."""

    def __init__(self, engine: StateMachine) -> None:
        self._engine = engine
        self._measuring = asyncio.Lock()
        self._bytes, self._until_s = 0, 0.0

    async def measure(self) -> int:
        """Return the estimate in bytes."""
        async with self._measuring:
            if time.monotonic() >= self._until_s:
                self._bytes = round(sum(await taken_in_steps(self._engine.measuring_memory())))
                self._until_s = time.monotonic() + KEPT_S
        return self._bytes


class MemoryBudget:
    """Watches one process. It limits nothing: settings limit the state, this reports the total.

    >>> MemoryBudget(1, lambda: 900_000).measure()
    {'memory_budget_bytes': 1000000, 'memory_process_bytes': 900000}
    """

    def __init__(self, budget_mb: float, used: Callable[[], int] = process_bytes) -> None:
        """Never warn if ``budget_mb`` is 0."""
        self._budget_bytes = int(budget_mb * MEGABYTE)
        self._used = used
        self.is_exceeded = False

    def measure(self) -> dict[str, int]:
        """Return budget and use, as counts; warn when the budget is exceeded for the first time."""
        used = self._used()
        if 0 < self._budget_bytes < used and not self.is_exceeded:
            self.is_exceeded = True
            _log.warning(
                "the process uses more memory than memory_budget_mb",
                memory_process_bytes=used,
                memory_budget_bytes=self._budget_bytes,
                fix="lower visitors_max, event_items_max or deduplication_ids_max, or raise it",
            )
        return {"memory_budget_bytes": self._budget_bytes, "memory_process_bytes": used}
