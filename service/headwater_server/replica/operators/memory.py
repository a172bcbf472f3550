"""What this process takes of the machine's memory, against what it is meant to take."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)
STATM = Path("/proc/self/statm")
MEGABYTE = 1_000_000


def process_bytes() -> int:
    """Return what is resident now; where the system does not tell, the most that ever was."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class MemoryBudget:
    """Watches one process. It ends nothing: the settings bound the state, this tells of the sum.

    >>> taken = iter([900_000, 1_100_000, 1_200_000])
    >>> budget = MemoryBudget(1, lambda: next(taken))
    >>> budget.look()["memory_process_bytes"], budget.is_passed
    (900000, False)
    >>> budget.look(), budget.is_passed  # warns, once
    ({'memory_budget_bytes': 1000000, 'memory_process_bytes': 1100000}, True)
    """

    def __init__(self, budget_mb: float, taken: Callable[[], int] = process_bytes) -> None:
        """Know no bound if ``budget_mb`` is 0."""
        self._budget_bytes = int(budget_mb * MEGABYTE)
        self._taken = taken
        self.is_passed = False

    def look(self) -> dict[str, int]:
        """Return the budget and what is taken, as counts; warn when it is passed first."""
        taken = self._taken()
        if 0 < self._budget_bytes < taken and not self.is_passed:
            self.is_passed = True
            _log.warning(
                "the process takes more memory than memory_budget_mb",
                memory_process_bytes=taken,
                memory_budget_bytes=self._budget_bytes,
                fix="lower visitors_max, items_max or deduplication_ids_max, or raise the budget",
            )
        return {"memory_budget_bytes": self._budget_bytes, "memory_process_bytes": taken}
