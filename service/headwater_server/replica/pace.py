"""How much is learned between two looks at who is waiting for an answer.

Reads and learning share one thread. A slice of learning delays each read by its length, and a
read needs several turns of the loop; so slices are short. While reads come in, and more than a
moment's learning waits, there is real rest between slices. Rest caps the rate of learning, so
slices grow with what waits: it is to be done within about half a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable

CATCH_UP_S = 0.5
MOMENT_S = 0.002  # so much is learned without rest, in slices all the same
DUTY_MAX = 0.8
SLICE_MAX_S = 0.004
FIRST_GUESS_S = 50e-6
MEMORY = 0.2  # weight of the newest measurement


class Pace:
    """Counts what a slice costs, and says how long it may still be and how long to rest.

    >>> ticks = iter([0.0, 0.0001, 0.0003])
    >>> pace = Pace(slice_s=0.00025, rest_s=0.001, clock=lambda: next(ticks))
    >>> pace.begin(waiting=10)
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
        self._shortest_s = slice_s
        self._rest_s = rest_s
        self._clock = clock
        self._cost_s = FIRST_GUESS_S
        self._waiting_s = 0.0
        self._slice_s = slice_s
        self._began_s = self._at_s = 0.0

    def begin(self, waiting: int) -> None:
        """Start a slice; so many operations wait, as far as is known."""
        self._waiting_s = waiting * self._cost_s
        duty = min(DUTY_MAX, self._waiting_s / CATCH_UP_S)
        wanted_s = self._rest_s * duty / (1 - duty)
        self._slice_s = min(SLICE_MAX_S, max(self._shortest_s, wanted_s))
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

    def rest_s(self, *, reads_waiting: bool) -> float:
        """Return how long to let others run; 0 is one turn of the loop."""
        return self._rest_s if reads_waiting and self._waiting_s > MOMENT_S else 0.0
