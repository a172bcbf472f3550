"""What the server recommends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeatureContribution:
    """What one family of features adds to a score; see recommendation_service.proto."""

    feature: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Result:
    """One slot of a slate; see Result in recommendation_service.proto.

    The fields from ``sources`` on are filled only when asked for with ``explain``. The ends of a
    90 % interval of ``probability`` are ``probability_low`` and ``probability_high``;
    ``explanation`` is a sentence for a person. ``first_slot_propensity``: only with
    ``first_slot_propensities``.
    """

    item_id: str
    score: float
    probability: float | None
    propensity: float
    sources: tuple[str, ...]
    reasons: tuple[str, ...]
    probability_low: float | None = None
    probability_high: float | None = None
    rules: tuple[str, ...] = ()
    contributions: tuple[FeatureContribution, ...] = ()
    explanation: str = ""
    first_slot_propensity: float | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A slate. Send ``attribution_token`` back with the events that follow from it.

    ``shortfall`` says why there are fewer results than asked for, "" when there are not.
    ``propensities_estimated``: the policy has no exact ones, such as Thompson sampling.
    ``is_fallback``: the server was away, and this is the caller's own list (without a token).
    """

    recommendation_id: str
    attribution_token: str
    results: tuple[Result, ...]
    offset: str
    policy: str
    degraded: tuple[str, ...]
    shortfall: str = ""
    is_fallback: bool = False
    propensities_estimated: bool = False

    @property
    def item_ids(self) -> list[str]:
        """The items, first slot first."""
        return [result.item_id for result in self.results]
