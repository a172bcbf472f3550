"""The value of a policy before it is compared: estimate, interval, overlap."""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater_server.inference.checks import Floats
from headwater_server.inference.interval import Interval
from headwater_server.inference.off_policy.estimate import Estimate
from headwater_server.inference.off_policy.overlap import Overlap


@dataclass(frozen=True)
class Value:
    """One estimate with what it rests on; ``interval`` is None if nothing was earned."""

    estimator: str
    overlap: Overlap
    weights: Floats
    estimate: Estimate
    interval: Interval | None = None
    beside: dict[str, float] = field(default_factory=dict)
