"""What the demo measures: hit rate for each tenth of the time, throughput and latencies."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

TENTHS = 10
LATENCIES_KEPT = 50_000


@dataclass
class Latency:
    """The latest latencies of one call, in milliseconds.

    >>> latency = Latency()
    >>> for ms in range(1, 101):
    ...     latency.add(ms / 1000)
    >>> latency.percentiles()
    (50.0, 95.0, 99.0)
    """

    _taken_ms: deque[float] = field(default_factory=lambda: deque(maxlen=LATENCIES_KEPT))

    def add(self, seconds: float) -> None:
        """Record the latency of one call."""
        self._taken_ms.append(seconds * 1000)

    def percentiles(self) -> tuple[float, float, float]:
        """Return p50, p95 and p99 in milliseconds; zeros before the first call."""
        taken = sorted(self._taken_ms)
        if not taken:
            return 0.0, 0.0, 0.0
        p50, p95, p99 = (taken[max(0, round(len(taken) * p) - 1)] for p in (0.5, 0.95, 0.99))
        return p50, p95, p99


@dataclass
class Tenth:
    """The hit rate of one tenth of the time."""

    counted: int = 0
    hits: int = 0


@dataclass
class Meters:
    """Everything measured so far."""

    tenths: list[Tenth] = field(default_factory=lambda: [Tenth() for _ in range(TENTHS)])
    recommend: Latency = field(default_factory=Latency)
    feedback: Latency = field(default_factory=Latency)
    events: int = 0
    errors: int = 0
    serving_s: float = 0.0
    _since: float | None = None

    def count(self, tenth: int, *, hit: bool) -> None:
        """Count one interaction whose item could have been on the list."""
        place = self.tenths[min(tenth, TENTHS - 1)]
        place.counted += 1
        place.hits += hit

    def start(self) -> None:
        """Start the clock of the throughput."""
        self._since = time.monotonic()

    def pause(self) -> None:
        """Stop the clock of the throughput, while the server restarts."""
        self.serving_s, self._since = self.elapsed_s(), None

    def elapsed_s(self) -> float:
        """Return the seconds in which visitors were served."""
        running = 0.0 if self._since is None else time.monotonic() - self._since
        return self.serving_s + running

    def events_per_second(self) -> float:
        """Return the throughput while visitors were served."""
        elapsed = self.elapsed_s()
        return self.events / elapsed if elapsed else 0.0

    @property
    def hit_rate(self) -> float:
        """Return the share of hits in everything counted."""
        counted = sum(t.counted for t in self.tenths)
        return sum(t.hits for t in self.tenths) / counted if counted else 0.0
