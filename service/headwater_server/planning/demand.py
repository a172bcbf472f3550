"""What a shop asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields


class BadDemand(ValueError):
    """A number that no shop has; the text names the flag and its range."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Rates are means over the day; the machines must carry ``peak`` times as much."""

    items: int
    visitors: int
    events_per_second: float
    recommends_per_second: float
    days_kept: float = 1.0
    """Of the log, in the store. Older events are in the archive."""
    peak: float = 3.0
    events_per_call: float = 1.0
    deduplication_hours: float = 24.0
    pairs_per_item: int = 64
    redundant: bool = False
    """Answers go on while a machine is away."""
    cores: int = 16
    """Of one machine."""
    memory_gb: float = 64.0
    core_share: float = 0.7
    """Of a core, what may be used at the peak: beyond it, calls queue."""

    def __post_init__(self) -> None:
        """Raise `BadDemand` for a number outside of its range."""
        for field in fields(self):
            minimum, maximum = RANGES.get(field.name, (0, 1))
            value = getattr(self, field.name)
            if not (math.isfinite(value) and minimum <= value <= maximum):
                flag = f"--{field.name.replace('_', '-')}"
                raise BadDemand(f"{flag} {value}: must lie between {minimum:g} and {maximum:g}")

    @property
    def peak_events(self) -> float:
        """Return the events a second at the peak."""
        return self.peak * self.events_per_second

    @property
    def peak_recommends(self) -> float:
        """Return the lists a second at the peak."""
        return self.peak * self.recommends_per_second


RANGES: dict[str, tuple[float, float]] = {
    "items": (1, 1e8),
    "visitors": (1, 1e10),
    "events_per_second": (0, 1e8),
    "recommends_per_second": (0, 1e8),
    "days_kept": (0.01, 3650),
    "peak": (1, 100),
    "events_per_call": (1, 1000),
    "deduplication_hours": (0.01, 8760),
    "pairs_per_item": (1, 256),
    "cores": (2, 1024),
    "memory_gb": (2, 1e5),
    "core_share": (0.05, 1),
}
