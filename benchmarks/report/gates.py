"""What must hold: every measure with its gate and goal, and where the figure is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.parts.part import at

Figures = Mapping[str, Any]
"""Part -> its figures."""
HEADWATER, MEGA = "headwater", 1e6


@dataclass(frozen=True)
class Gate:
    """A row of the table. ``found`` returns the figure, None while it is not measured."""

    measure: str
    part: str
    gate: float
    goal: float
    unit: str
    found: Callable[[Figures], float | None]
    is_most: bool = False
    """Whether the figure must be at most the gate, not at least."""

    def verdict(self, figures: Figures) -> str:
        """Return "goal", "gate", "missed" or "" for not measured."""
        value = self.found(figures)
        if value is None:
            return ""
        for name, limit in (("goal", self.goal), ("gate", self.gate)):
            if value <= limit if self.is_most else value >= limit:
                return name
        return "missed"


def _path(*keys: str, scale: float = 1.0) -> Callable[[Figures], float | None]:
    def found(figures: Figures) -> float | None:
        value = at(figures, *keys)
        return None if value is None else float(value) * scale

    return found


def _rate(case: str, figure: str, part: str = "calls") -> Callable[[Figures], float | None]:
    return _path(part, "rates", case, HEADWATER, figure)


def _beside(case: str) -> Callable[[Figures], float | None]:
    """Return the CPU of a call without experiments by that with them."""
    return _path("experiments", "rates", case, "headwater, 3 experiments", f"cpu_of {HEADWATER}")


def _lowest(*ratios: Callable[[Figures], float | None]) -> Callable[[Figures], float | None]:
    def found(figures: Figures) -> float | None:
        values = [value for ratio in ratios if (value := ratio(figures)) is not None]
        return min(values) if values else None

    return found


def _times(ratio: Callable[[Figures], float | None]) -> Callable[[Figures], float | None]:
    """Return how many times as much it takes: the reverse of the ratio."""

    def found(figures: Figures) -> float | None:
        value = ratio(figures)
        return 1.0 / value if value else None

    return found


def _largest_of_smallest(figures: Figures) -> float | None:
    """Return the CPU of the smallest shop's Recommend by that of the largest one's."""
    largest, smallest = at(figures, "catalogue", "largest"), at(figures, "catalogue", "smallest")
    if largest is None:
        return None
    path = ("catalogue", "rates", "Recommend, 16 in flight", largest, f"cpu_of {smallest}")
    return _path(*path)(figures)


def _slower(*names: str) -> Callable[[Figures], float | None]:
    """Return the lowest of some figures of learning."""

    def found(figures: Figures) -> float | None:
        values = [at(figures, "learning", name) for name in names]
        return None if None in values else float(min(values))

    return found


def _longest(figures: Figures) -> float | None:
    values = [at(figures, "growing", kind, "longest_ms") for kind in ("write", "event")]
    return None if None in values else float(max(values))


RECOMMEND, FEEDBACK = "Recommend, 16 in flight", "Feedback of 1, 64 in flight"
MANY = "Feedback of 100, 4 in flight"
GATES = (
    Gate("Recommend 20 of 10,000 items against grpcio's threads echo, by CPU", "calls", 0.55, 0.80,
         "", _rate(RECOMMEND, "cpu_of threads")),
    Gate("the same, CPU a call against an asyncio grpcio echo", "calls", 1.4, 1.0, "x",
         _times(_rate(RECOMMEND, "cpu_of asyncio")), is_most=True),
    Gate("the same with a million items, against itself with 10,000", "catalogue", 0.80, 0.95, "",
         _largest_of_smallest),
    Gate("Feedback, one event a call, 64 in flight, against the threads echo, by CPU", "calls",
         0.45, 0.70, "", _rate(FEEDBACK, "cpu_of threads")),
    Gate("Feedback, 100 a call, events a CPU second", "calls", 12_000, 25_000, "/s",
         _rate(MANY, "events_per_cpu_s")),
    Gate("Recommend with 3 experiments, against without, by CPU", "experiments", 0.97, 0.99, "",
         _beside(RECOMMEND)),
    Gate("Feedback with 3 experiments, against without, by CPU", "experiments", 0.97, 0.99, "",
         _lowest(_beside(FEEDBACK), _beside(MANY))),
    Gate("import and replay, events/s on one core", "learning", 10_000, 20_000, "/s",
         _slower("replay_per_s", "import_per_s")),
    Gate("backtest (ask, then apply), events/s", "learning", 6_000, 12_000, "/s",
         _slower("backtest_per_s")),
    Gate("Recommend p99 beside 2,000 events/s", "beside", 5.0, 3.0, "ms",
         _path("beside", "p99_ms"), is_most=True),
    Gate("acknowledged here, visible at another worker, p99", "visible", 10.0, 2.0, "ms",
         _path("visible", "busy_p99_ms"), is_most=True),
    Gate("two workers against one, by rate", "workers", 1.6, 1.9, "x",
         _path("workers", "rates", "Recommend, 64 in flight", "2 workers", "rate_of 1 worker")),
    Gate("warm restart, 100,000 items and visitors, to ready", "restart", 3.0, 1.5, "s",
         _path("restart", "ready_s"), is_most=True),
    Gate("memory, a million items and visitors", "million", 2.0, 1.0, "GiB",
         _path("million", "rss_bytes", scale=1.0 / 2**30), is_most=True),
    Gate("longest single write or event while the catalogue grows to 250,000", "growing", 50.0,
         20.0, "ms", _longest, is_most=True),
    Gate("first start on a fresh machine, CPU", "first-start", 10.0, 3.0, "s",
         _path("first-start", "shipped", "cpu_s"), is_most=True),
)  # fmt: skip
