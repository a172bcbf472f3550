"""How much is learned between two looks at who is waiting for an answer.

Reads and learning share one thread. A slice of learning delays each read by its length, and a
read needs several turns of the loop; so slices are short, and while reads are coming in there is
real rest between them. Rest caps the rate of learning, so slices grow when the log runs ahead.
"""

from __future__ import annotations

import time
from collections.abc import Callable

BOOST_MAX = 16
FIRST_GUESS_S = 50e-6
MEMORY = 0.2  # weight of the newest measurement


class Pace:
    """Counts what a slice costs, and says how long it may still be and how long to rest.

    >>> ticks = iter([0.0, 0.0001, 0.0003])
    >>> pace = Pace(slice_s=0.00025, rest_s=0.001, clock=lambda: next(ticks))
    >>> pace.begin()
    >>> pace.allowance()  # of 50 us each, as a first guess
    5
    >>> pace.spent(5); pace.used_up()
    False
    >>> pace.spent(3); pace.used_up()
    True
    """

    def __init__(
        self, slice_s: float, rest_s: float, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        """Begin with a guess of what one operation costs."""
        self._slice_s = slice_s
        self._rest_s = rest_s
        self._clock = clock
        self._cost_s = FIRST_GUESS_S
        self._boost = 1
        self._began_s = self._at_s = 0.0

    def begin(self) -> None:
        """Start a slice."""
        self._began_s = self._at_s = self._clock()

    def allowance(self) -> int:
        """Return how many operations fit into the rest of the slice, at least one."""
        left_s = self._slice_s * self._boost - (self._at_s - self._began_s)
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
        return self._at_s - self._began_s >= self._slice_s * self._boost

    def rest_s(self, *, reads_waiting: bool) -> float:
        """Return how long to let others run; 0 is one turn of the loop."""
        return self._rest_s if reads_waiting else 0.0

    def ran_ahead(self, *, log_is_ahead: bool) -> None:
        """Say after each page whether more of the log is already there."""
        self._boost = min(2 * self._boost, BOOST_MAX) if log_is_ahead else 1
