"""The budget of a slice: how much is learned before waiting reads get their turn.

Reads and learning share one thread. A slice of learning delays each read by its length, and a
read needs several turns of the event loop. So slices are short, and while requests arrive other
tasks get several turns between slices. It counts turns, not time: a timer would leave the thread
idle, and measured a little worse for learning and for answers
(docs/adr/0002-concurrency-model.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable

FIRST_GUESS_S = 50e-6
MEMORY = 0.2  # weight of the newest measurement
RECENT_S = 1.0  # so long after a read, others get more turns


class SliceBudget:
    """Measures what operations cost, and returns how many still fit and how many turns follow.

    >>> ticks = iter([0.0, 0.0001, 0.0003])
    >>> budget = SliceBudget(slice_s=0.00025, turns=16, clock=lambda: next(ticks))
    >>> budget.start()
    >>> budget.allowance()  # of 50 us each, as a first guess
    5
    >>> budget.spent(5); budget.used_up()
    False
    >>> budget.spent(3); budget.used_up()
    True
    >>> budget.turns(reads=0), budget.turns(reads=3), budget.turns(reads=3)
    (1, 16, 16)
    """

    def __init__(
        self, slice_s: float, turns: int, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        """Start with a guess of what one operation costs."""
        self._slice_s = slice_s
        self._turns = turns
        self._clock = clock
        self._cost_s = FIRST_GUESS_S
        self._start_s = self._at_s = 0.0
        self._reads = 0
        self._read_s = -RECENT_S

    def start(self) -> None:
        """Start a slice."""
        self._start_s = self._at_s = self._clock()

    def allowance(self) -> int:
        """Return how many operations fit into the rest of the slice, at least one."""
        left_s = self._slice_s - (self._at_s - self._start_s)
        return max(1, int(left_s / self._cost_s))

    def spent(self, operations: int) -> None:
        """Record that so many operations were applied since the clock was read last."""
        at_s = self._clock()
        if operations:
            cost_s = (at_s - self._at_s) / operations
            self._cost_s = max(1e-7, (1 - MEMORY) * self._cost_s + MEMORY * cost_s)
        self._at_s = at_s

    def used_up(self) -> bool:
        """Whether the slice is over."""
        return self._at_s - self._start_s >= self._slice_s

    def turns(self, reads: int) -> int:
        """Return how many turns other tasks get now; ``reads`` counts all reads so far."""
        if reads != self._reads:
            self._reads, self._read_s = reads, self._at_s
        return self._turns if self._at_s - self._read_s < RECENT_S else 1
