"""The value of a policy before it is compared: estimate and overlap."""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater_server.inference.checks import Floats
from headwater_server.inference.off_policy.estimate import Estimate
from headwater_server.inference.off_policy.overlap import Overlap


@dataclass(frozen=True)
class Value:
    """One estimate with what it rests on; ``beside`` has those of other estimators."""

    estimator: str
    overlap: Overlap
    weights: Floats
    estimate: Estimate
    beside: dict[str, float] = field(default_factory=dict)
