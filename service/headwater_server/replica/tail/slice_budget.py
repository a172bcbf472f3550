"""The budget of a slice: how much is learned before waiting reads get their turn.

Reads and learning share one thread. A slice of learning delays each read by its length, and a read
needs several turns of the event loop. So slices are short, and while requests arrive other tasks
get several turns between slices. A slice is longer, up to a limit, if that finishes an operation:
a read in the middle of one could not be asked again. It counts turns, not time: a timer would
leave the thread idle, and measured a little worse for learning and for answers
(docs/adr/0002-concurrency-model.md).

While nobody reads, slices are longer, because acts that are learned together cost less: a quarter
of a millisecond is one or two of them, and what a run of acts costs beside them is as much again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

RECENT_S = 1.0  # so long after a read, others get more turns, and slices are short
QUIET_TIMES = 10  # so many times as long is a slice otherwise
OVER_S = 0.002  # of the processor, that a slice may take longer to finish an operation


class SliceBudget:
    """Returns whether a slice is over, and how many turns follow.

    >>> ticks = iter([0.0, 0.0003, 0.0026, 0.0027, 0.0030])
    >>> budget = SliceBudget(slice_s=0.00025, turns=16, clock=lambda: next(ticks))
    >>> budget.start()
    >>> budget.used_up(), budget.used_up()
    (False, True)
    >>> budget.turns(reads=0), budget.turns(reads=3), budget.turns(reads=3)
    (1, 16, 16)
    >>> budget.start()
    >>> budget.used_up()
    True
    """

    def __init__(
        self,
        slice_s: float,
        turns: int,
        clock: Callable[[], float] = time.perf_counter,
        cpu_clock: Callable[[], float] = time.thread_time,
    ) -> None:
        """Create it; `start` starts a slice."""
        self._short_s = self._slice_s = slice_s
        self._turns = turns
        self._clock = clock
        self._cpu_clock = cpu_clock
        self._start_s = self._at_s = self._cpu_start_s = 0.0
        self._reads = 0
        self._read_s = -RECENT_S

    def start(self) -> None:
        """Start a slice."""
        self._start_s = self._at_s = self._clock()
        self._cpu_start_s = self._cpu_clock()
        self._slice_s = self._short_s if self.is_read else self._short_s * QUIET_TIMES

    @property
    def is_read(self) -> bool:
        """Whether somebody has read lately."""
        return self._at_s - self._read_s < RECENT_S

    def used_up(self) -> bool:
        """Whether the slice is over now."""
        self._at_s = self._clock()
        return self._at_s - self._start_s >= self._slice_s

    @property
    def overdrawn(self) -> bool:
        """Whether others have to get their turn, although an operation is not finished.

        Time that other processes took does not count: on a busy machine a slice loses milliseconds
        at once, and a read in the middle of an operation could not be asked again.
        """
        most_s = max(self._slice_s, self._short_s + OVER_S)
        if self._at_s - self._start_s < most_s:
            return False
        return self._cpu_clock() - self._cpu_start_s >= most_s

    def turns(self, reads: int) -> int:
        """Return how many turns other tasks get now; ``reads`` counts all reads so far."""
        if reads != self._reads:
            self._reads, self._read_s = reads, self._at_s
        return self._turns if self.is_read else 1
