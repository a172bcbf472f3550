"""A figure: one policy, one metric, some answers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from headwater_server.inference.interval import Interval
from headwater_server.inference.off_policy.overlap import Overlap
from headwater_server.inference.verdict import Verdict

ANSWERED = frozenset({Verdict.BETTER, Verdict.WORSE, Verdict.NO_DIFFERENCE_SEEN})


@dataclass(frozen=True)
class Figure:
    """What can be said about a policy; without enough overlap only why not, and what to do.

    ``value`` and ``interval`` are of the metric by answer, ``difference`` is to the champion.
    ``beside`` has other estimators' values, for comparison. ``unsupported`` is the policy's chance
    of what the champion never shows. ``visitors_needed`` is for an experiment that finds a lift of
    `LIFT`; None if nobody acted.
    """

    answers: int
    visitors: int
    estimator: str
    overlap: Overlap
    verdict: Verdict | None
    value: float | None = None
    interval: Interval | None = None
    difference: float | None = None
    difference_interval: Interval | None = None
    always_valid: Interval | None = None
    beside: dict[str, float] = field(default_factory=dict)
    largest_weights: tuple[float, ...] = ()
    unsupported: float = 0.0
    visitors_needed: int | None = None

    @property
    def is_answered(self) -> bool:
        """Return whether there is a verdict about the difference to the champion."""
        return self.verdict in ANSWERED

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values; an infinite end is null."""
        overlap = self.overlap
        return {
            "verdict": str(self.verdict) if self.verdict else None,
            "value": self.value,
            "interval": _ends(self.interval),
            "difference": self.difference,
            "difference_interval": _ends(self.difference_interval),
            "always_valid": _ends(self.always_valid),
            "estimator": self.estimator,
            "beside": self.beside,
            "answers": self.answers,
            "visitors": self.visitors,
            "effective_rows": overlap.effective_rows,
            "effective_share": overlap.effective_share,
            "effective_acts": overlap.effective_acts,
            "mean_weight": overlap.mean_weight,
            "largest_share": overlap.largest_share,
            "largest_weights": list(self.largest_weights),
            "unsupported": self.unsupported,
            "problems": list(overlap.problems),
            "visitors_needed": self.visitors_needed,
        }


def _ends(interval: Interval | None) -> list[float | None] | None:
    if interval is None:
        return None
    return [end if math.isfinite(end) else None for end in (interval.low, interval.high)]
