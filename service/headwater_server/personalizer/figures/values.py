"""What policy, baseline and equal chances are worth, from what was shown and what it earned."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from headwater_server.engine.messages.choice_weights import RATIO_MAX, too_large, weights_of
from headwater_server.engine.messages.events import Choice
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.empirical_bernstein import RunningLow
from headwater_server.inference.intervals.policy_sequence import DifferenceSequence, PolicySequence

POLICIES = ("policy", "baseline", "random")


@dataclass(slots=True)
class Sequences:
    """One sequence for each policy, and the difference of policy and baseline."""

    policy: PolicySequence = field(default_factory=PolicySequence)
    baseline: PolicySequence = field(default_factory=PolicySequence)
    random: PolicySequence = field(default_factory=PolicySequence)
    apart: DifferenceSequence = field(default_factory=DifferenceSequence)

    def add(self, weights: dict[str, float], reward: float) -> None:
        """Add a row with a reward from 0 to 1."""
        for name in POLICIES:
            getattr(self, name).add(weights[name], reward)
        self.apart.add(weights["policy"], weights["baseline"], reward)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Sequences:
        """Return what `asdict` made of one. ValueError for sums that no choices can have."""
        ends = {
            name: {end: RunningLow(**sums) for end, sums in part.items()}
            for name, part in kept.items()
        }
        for sums in (one for part in ends.values() for one in part.values()):
            most = 2.0 * RATIO_MAX * sums.rows  # a difference adds two weights
            if not (0.0 <= sums.total <= most and 0.0 <= sums.spread <= 2.0 * RATIO_MAX * most):
                raise ValueError("sums of weights that are too large")
        policies = {name: PolicySequence(**ends[name]) for name in POLICIES}
        return cls(**policies, apart=DifferenceSequence(**ends["apart"]))


@dataclass(slots=True)
class Values:
    """The values, in rewards from 0 to 1, or from -1 to 1 as soon as one of them was negative.

    Both scales are kept: a reward r is also (r + 1) / 2, whose interval is twice as wide. Without
    negative rewards the narrower one is right.
    """

    plain: Sequences = field(default_factory=Sequences)
    halved: Sequences = field(default_factory=Sequences)
    has_negative: bool = False

    def add(self, choice: Choice, reward: float) -> bool:
        """Add a choice and what it earned, from -1 to 1; more counts as 1.

        Return False, and add nothing, if a weight is too large: older builds let it onto the log.
        """
        weights = weights_of(choice)
        if too_large(weights):
            return False
        earned = max(-1.0, min(1.0, reward))
        self.has_negative = self.has_negative or earned < 0.0
        self.plain.add(weights, max(0.0, earned))
        self.halved.add(weights, (earned + 1.0) / 2.0)
        return True

    @property
    def rows(self) -> int:
        """Return how many choices there are."""
        return self.plain.policy.rows

    def of(self, name: str, level: float) -> tuple[float, Interval]:
        """Return the value of a policy, or "apart" for policy less baseline, with its interval."""
        found = getattr(self.halved if self.has_negative else self.plain, name)
        value, interval = found.value, found.interval(level)
        if not self.has_negative:
            return value, interval
        down = 0.0 if name == "apart" else 1.0
        low, high = 2.0 * interval.low - down, 2.0 * interval.high - down
        return 2.0 * value - down, Interval(low, high, level)

    def kept(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def restored(cls, kept: dict[str, Any]) -> Values:
        """Return what `kept` returned."""
        both = {name: Sequences.of(kept[name]) for name in ("plain", "halved")}
        return cls(**both, has_negative=kept["has_negative"])
