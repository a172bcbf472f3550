"""A token bucket for each source: so many a minute, and a minute's worth of them at once."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

SOURCES_MAX = 10_000
OTHERS = "others"
"""The bucket of all sources beyond that many; no pseudonym of a source is such a word."""
MINUTE_S = 60.0


class SourceBuckets:
    """Counts for each source apart; a source that was silent for a minute has a full bucket.

    >>> now_s = [0.0]
    >>> buckets = SourceBuckets(2, clock=lambda: now_s[0])
    >>> [buckets.take("office") for _ in range(3)], buckets.take("home")
    ([True, True, False], True)
    >>> now_s[0] = 30.0
    >>> buckets.take("office"), buckets.take("office")
    (True, False)
    """

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` returns seconds, and never goes back."""
        self._most = per_minute
        self._clock = clock
        # what is left at which second; the longest silent source first
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, source: str) -> bool:
        """Take one out of the bucket of ``source``; return whether there was one."""
        now_s = self._clock()
        self._forget(now_s)
        if source not in self._buckets and len(self._buckets) >= SOURCES_MAX:
            source = OTHERS
        left, at_s = self._buckets.get(source, (self._most, now_s))
        left = min(self._most, left + (now_s - at_s) * self._most / MINUTE_S)
        has_one = left >= 1.0
        self._buckets[source] = (left - has_one, now_s)
        self._buckets.move_to_end(source)
        return has_one

    def _forget(self, now_s: float) -> None:
        """Forget the sources whose buckets are full again."""
        while self._buckets and now_s - next(iter(self._buckets.values()))[1] >= MINUTE_S:
            self._buckets.popitem(last=False)
