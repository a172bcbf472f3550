"""Limits calls per second of a key that many sources send, and divides them fairly."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from headwater_server.api.access.rate import Rate
from headwater_server.errors import Overloaded

RECENT_S = 2.0  # a source without a call for this long has no share any more
SOURCES_MAX = 10_000
OTHERS = ""  # the share of all sources beyond that many


class _Source:
    """What is left of one source's share."""

    __slots__ = ("at_s", "left")

    def __init__(self, left: float, at_s: float) -> None:
        self.left = left
        self.at_s = at_s


class SharedRate(Rate):
    """At most ``per_second`` calls a second, of which each recent source gets an equal share.

    What some do not use, others may. A source within its share is served although another has
    used the rest up: the key then borrows from its next second, and the other one waits.

    >>> now_s = [0.0]
    >>> rate = SharedRate(4, clock=lambda: now_s[0])
    >>> for _ in range(4):
    ...     rate.take("flood")
    >>> rate.take("flood")
    Traceback (most recent call last):
    ...
    headwater_server.errors.Overloaded: more than 4 calls a second with this key; try again in ...
    >>> rate.take("visitor"), rate.take("visitor")
    (None, None)
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with a full bucket."""
        super().__init__(per_second, clock)
        self._sources: OrderedDict[str, _Source] = OrderedDict()  # the longest silent one first

    def take(self, source: str = "") -> None:
        """Take one call of ``source`` out; raise `Overloaded` if there is none for it."""
        now_s = self._fill()
        self._forget(now_s)
        one = self._source(source, now_s)
        has_share = one.left >= 1.0 and self._left > -self._most
        if not has_share and self._left < 1.0:
            raise Overloaded(self._wait_ms(one), self._text())
        one.left = max(0.0, one.left - 1.0)
        self._left -= 1.0

    def _source(self, source: str, now_s: float) -> _Source:
        if source not in self._sources and len(self._sources) >= SOURCES_MAX:
            source = OTHERS
        one = self._sources.get(source)
        if one is None:
            one = self._sources[source] = _Source(0.0, now_s)
            one.left = self._share()
        self._sources.move_to_end(source)
        share = self._share()
        earned = (now_s - one.at_s) * self._per_second / len(self._sources)
        one.left, one.at_s = min(share, one.left + earned), now_s
        return one

    def _share(self) -> float:
        return max(1.0, self._most / len(self._sources))

    def _forget(self, now_s: float) -> None:
        while self._sources and now_s - next(iter(self._sources.values())).at_s > RECENT_S:
            self._sources.popitem(last=False)

    def _wait_ms(self, one: _Source) -> int:
        """Return when the source's share has a call, or the key, whichever is sooner."""
        per_source = self._per_second / len(self._sources)
        until_s = min((1.0 - one.left) / per_source, (1.0 - self._left) / self._per_second)
        return max(1, math.ceil(1_000 * until_s))

    def _text(self) -> str:
        return f"more than {self._per_second:g} calls a second with this key"
