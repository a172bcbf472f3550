"""How much is learned between two looks at who is waiting for an answer.

Reads and learning share one thread. A slice of learning delays each read by its length, and a
read needs several turns of the loop; so slices are short, and while questions come in others get
several turns between them. Turns, not time: a timer would leave the thread idle, and measured
a little worse, for learning and for answers (docs/adr/0002-concurrency-model.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable

FIRST_GUESS_S = 50e-6
MEMORY = 0.2  # weight of the newest measurement
LATELY_S = 1.0


class Pace:
    """Counts what a slice costs, and says how long it may still be and who is to have turns.

    >>> ticks = iter([0.0, 0.0001, 0.0003])
    >>> pace = Pace(slice_s=0.00025, turns=16, clock=lambda: next(ticks))
    >>> pace.begin()
    >>> pace.allowance()  # of 50 us each, as a first guess
    5
    >>> pace.spent(5); pace.used_up()
    False
    >>> pace.spent(3); pace.used_up()
    True
    >>> pace.turns(reads=0), pace.turns(reads=3), pace.turns(reads=3)
    (1, 16, 16)
    """

    def __init__(
        self, slice_s: float, turns: int, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        """Begin with a guess of what one operation costs."""
        self._slice_s = slice_s
        self._turns = turns
        self._clock = clock
        self._cost_s = FIRST_GUESS_S
        self._began_s = self._at_s = 0.0
        self._reads = 0
        self._read_s = -LATELY_S

    def begin(self) -> None:
        """Start a slice."""
        self._began_s = self._at_s = self._clock()

    def allowance(self) -> int:
        """Return how many operations fit into the rest of the slice, at least one."""
        left_s = self._slice_s - (self._at_s - self._began_s)
        return max(1, int(left_s / self._cost_s))

    def spent(self, operations: int) -> None:
        """Say that so many operations were applied since the last look at the clock."""
        at_s = self._clock()
        if operations:
            cost_s = (at_s - self._at_s) / operations
            self._cost_s = max(1e-7, (1 - MEMORY) * self._cost_s + MEMORY * cost_s)
        self._at_s = at_s

    def used_up(self) -> bool:
        """Whether the slice is over."""
        return self._at_s - self._began_s >= self._slice_s

    def turns(self, reads: int) -> int:
        """Return how many turns others get now; ``reads`` counts all questions so far."""
        if reads != self._reads:
            self._reads, self._read_s = reads, self._at_s
        return self._turns if self._at_s - self._read_s < LATELY_S else 1
