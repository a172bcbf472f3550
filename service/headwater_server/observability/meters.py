"""Counts of calls: their duration by status, and how many are under way.

Calls write them, a microsecond each; /metrics and the console read them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

# seconds; fine for usual durations (1 to 20 ms), coarse for unusual ones
BOUNDS_S = (
    0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03,
    0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
)  # fmt: skip


@dataclass(slots=True)
class Latency:
    """A histogram: ``counts[n]`` calls took at most ``BOUNDS_S[n]``; the last took longer.

    >>> latency = Latency()
    >>> latency.add(0.001); latency.add(0.0011); latency.add(100.0)
    >>> latency.counts[1], latency.counts[2], latency.counts[-1]
    (1, 1, 1)
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    seconds: float = 0.0

    def add(self, took_s: float) -> None:
        """Count one call."""
        self.counts[bisect_left(BOUNDS_S, took_s)] += 1
        self.seconds += took_s


class CallMeter:
    """One method's calls."""

    __slots__ = ("by_status", "under_way")

    def __init__(self) -> None:
        self.under_way = 0
        self.by_status: dict[str, Latency] = {}

    def ended(self, status: str, took_s: float) -> None:
        """Count a call that ended with ``status``."""
        self.under_way -= 1
        latency = self.by_status.get(status)
        if latency is None:
            latency = self.by_status[status] = Latency()
        latency.add(took_s)


class Meters:
    """Every method's calls.

    >>> meters = Meters()
    >>> meters.of("headwater.v1.ModelService/GetModel") is meters.of(
    ...     "headwater.v1.ModelService/GetModel"
    ... )
    True
    """

    def __init__(self) -> None:
        self._calls: dict[str, CallMeter] = {}

    def of(self, call: str) -> CallMeter:
        """Return the meter of a method, ``package.Service/Method``."""
        return self._calls.setdefault(call, CallMeter())

    def __iter__(self) -> Iterator[tuple[str, CallMeter]]:
        return iter(self._calls.items())
