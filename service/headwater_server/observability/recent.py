"""Figures of the calls of the last minute: the meters now minus the meters a minute ago.

The meters only count up, so a rate is a difference, and no call does more work for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from headwater_server.observability.meters import BOUNDS_S, CallMeter, Meters

WINDOW_S = 60.0
RECORD_EVERY_S = 5.0
SECOND_MS = 1_000.0
_Counts = dict[tuple[str, str], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class CallFigures:
    """One method's calls: those of the last minute, and ``counts`` by status since the start.

    A latency is None if no call ended in that minute.
    """

    call: str
    calls_per_second: float = 0.0
    failures_per_second: float = 0.0
    latency_p50_ms: float | None = None
    latency_p90_ms: float | None = None
    latency_p99_ms: float | None = None
    under_way: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


def quantile_ms(counts: Sequence[int], share: float) -> float | None:
    """Return the quantile ``share`` of the durations: linear within a bucket, None for no calls.

    >>> counts = [0] * (len(BOUNDS_S) + 1)
    >>> counts[4] = 10  # 3 to 5 ms
    >>> quantile_ms(counts, 0.5), quantile_ms([0] * len(counts), 0.5)
    (4.0, None)
    """
    total = sum(counts)
    if not total:
        return None
    rank, below = share * total, 0
    place = next(n for n, upto in enumerate(accumulate(counts)) if upto and upto >= rank)
    if place == len(BOUNDS_S):
        return SECOND_MS * BOUNDS_S[-1]  # longer than the last bound; how long is not known
    below = sum(counts[:place])
    low = BOUNDS_S[place - 1] if place else 0.0
    return SECOND_MS * (low + (BOUNDS_S[place] - low) * (rank - below) / counts[place])


class RecentCalls:
    """Call `record` every few seconds; `calls` then covers the last minute, within one interval.

    >>> meters = Meters()
    >>> recent = RecentCalls(meters)
    >>> recent.record(0.0)
    >>> meter = meters.of("shop.v1.Shop/Buy")
    >>> for _ in range(30):
    ...     meter.under_way += 1
    ...     meter.ended("OK", 0.004)
    >>> [(one.calls_per_second, one.latency_p50_ms, one.counts) for one in recent.calls(60.0)]
    [(0.5, 4.0, {'OK': 30})]
    """

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._records: deque[tuple[float, _Counts]] = deque()

    def record(self, now_s: float) -> None:
        """Keep the meters as of ``now_s``, on a monotonic clock."""
        self._records.append((now_s, self._now()))
        while len(self._records) > 1 and self._records[1][0] <= now_s - WINDOW_S:
            self._records.popleft()

    def _now(self) -> _Counts:
        return {
            (call, status): counts
            for call, meter in self._meters
            for status, counts in _counts(meter).items()
        }

    def calls(self, now_s: float) -> list[CallFigures]:
        """Return each method's figures, by name."""
        then_s, then = self._records[0] if self._records else (now_s, {})
        seconds = max(1.0, now_s - then_s)
        return [
            _figures(call, meter.under_way, _counts(meter), then, seconds)
            for call, meter in sorted(self._meters)
            if meter.by_status or meter.under_way
        ]


def _counts(meter: CallMeter) -> dict[str, tuple[int, ...]]:
    return {status: tuple(latency.counts) for status, latency in meter.by_status.items()}


def _figures(
    call: str,
    under_way: int,
    by_status: Mapping[str, tuple[int, ...]],
    then: _Counts,
    seconds: float,
) -> CallFigures:
    """Return the figures of the calls between ``then`` and now."""
    nothing = (0,) * (len(BOUNDS_S) + 1)
    since = {
        status: [
            now - old for now, old in zip(counts, then.get((call, status), nothing), strict=True)
        ]
        for status, counts in by_status.items()
    }
    ended = [sum(column) for column in zip(*since.values(), strict=True)]
    failed = sum(sum(counts) for status, counts in since.items() if status != "OK")
    return CallFigures(
        call,
        sum(ended) / seconds,
        failed / seconds,
        quantile_ms(ended, 0.5),
        quantile_ms(ended, 0.9),
        quantile_ms(ended, 0.99),
        under_way,
        {status: sum(counts) for status, counts in sorted(by_status.items())},
    )
