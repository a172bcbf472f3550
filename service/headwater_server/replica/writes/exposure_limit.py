"""Limits how many visitors a source of pages brings into experiments: a page's key is public.

The decision is made before the append: the log has the list without those arms, so every replica
learns the same, and the fold knows no limit.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

import structlog

from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import IMPRESSION, canonical_type
from headwater_server.replica.writes.source_buckets import SourceBuckets

_log = structlog.get_logger(__name__)
SETTING = "page_source_exposures_per_minute_max"
ADMITTED_MAX = 10_000
"""Visitors that were let in and may not be on the log yet; they are let in again for nothing."""
SAY_AGAIN_S = 3_600.0

Entering = Callable[[str, str, Sequence[Arm], int], Sequence[Arm]]
"""As `StateLookups.entering`."""


class ExposureLimit:
    """At most ``per_minute`` visitors a source, without those that a backend's list proves.

    >>> arm = Arm("warmer", "warm")
    >>> limit = ExposureLimit(1, lambda visitor, user, arms, now_ms: arms, clock=lambda: 0.0)
    >>> from headwater_server.engine.messages.events import Slate
    >>> slate = Slate("r1", "best", "home", ("a",), (1.0,), arms=(arm,))
    >>> seen = [
    ...     Event(f"e-{name}", "impression", name, slate=slate, from_page=True, self_asked=True)
    ...     for name in ("ann", "made-up", "ann")
    ... ]
    >>> [len(limit.bounded(one, now_ms=0).slate.arms) for one in seen], limit.refused
    ([1, 0, 1], 1)
    """

    def __init__(
        self,
        per_minute: int,
        entering: Entering,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``per_minute`` 0: no limit. ``entering`` reads the state."""
        self.refused = 0
        self._per_minute = per_minute
        self._entering = entering
        self._clock = clock
        self._buckets = SourceBuckets(per_minute, clock)
        self._admitted: OrderedDict[int, None] = OrderedDict()  # hashes: no person's data
        self._said_s: float | None = None

    def bounded(self, event: Event, now_ms: int) -> Event:
        """Return a valid event, without the arms that its visitor may not enter now.

        The visitor stays in the experiments that it was in before; the list is learned as it is.
        """
        slate = event.slate
        if slate is None or not (slate.arms and self._per_minute and _is_open_to_all(event)):
            return event
        entering = self._entering(event.visitor_id, event.user_id, slate.arms, now_ms)
        new = {key: one for one in entering if (key := _key(event, one)) not in self._admitted}
        if not new:
            return event
        if self._buckets.take(event.source):
            self._admit(new)
            return event
        self.refused += 1
        self._say()
        return replace(event, slate=replace(slate, arms=_without(slate.arms, new.values())))

    def _admit(self, keys: Iterable[int]) -> None:
        """Remember them until the log has them: several lists of one visitor are one entry."""
        self._admitted.update(dict.fromkeys(keys))
        while len(self._admitted) > ADMITTED_MAX:
            self._admitted.popitem(last=False)

    def _say(self) -> None:
        """Log it, once an hour: the count is a metric."""
        now_s = self._clock()
        if self._said_s is None or now_s - self._said_s >= SAY_AGAIN_S:
            self._said_s = now_s
            _log.warning(
                f"{SETTING} is reached",
                most=self._per_minute,
                effect="lists that further visitors of this source report count in no experiment",
                fix="raise it if many visitors share an address; is trust_forwarded_for right?",
            )


def _is_open_to_all(event: Event) -> bool:
    """Whether anyone may have made up visitor, list and report: no backend asked for the list."""
    return not event.is_proven and canonical_type(event.event_type) == IMPRESSION


def _key(event: Event, arm: Arm) -> int:
    return hash((event.visitor_id, arm.experiment_id))


def _without(arms: tuple[Arm, ...], others: Collection[Arm]) -> tuple[Arm, ...]:
    return tuple(one for one in arms if one not in others)
