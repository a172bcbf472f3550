"""What the server recommends."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.act_rates import ActRate
from headwater.arms import ArmAssignment


@dataclass(frozen=True, slots=True)
class FeatureContribution:
    """What one group of features adds to a score; see recommendation_service.proto."""

    feature: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Result:
    """One slot of a slate; see Result in recommendation_service.proto.

    The fields from ``sources`` on are filled only if the request has ``explain``.
    ``probability_low`` and ``probability_high`` are the ends of a 90 % interval of
    ``probability``; ``explanation`` is a sentence for people. ``first_slot_propensity`` is set only
    if the request has ``first_slot_propensities``. ``act_rate``: how often the item is acted on at
    this placement, once it was seen there.
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
    act_rate: ActRate | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A slate. Send ``attribution_token`` back with the events that follow from it.

    ``shortfall`` says why there are fewer results than the request asks for, else it is "".
    ``propensities_estimated``: the policy has no exact propensities, such as Thompson sampling.
    ``arms``: the arms of experiments that the list was chosen by.
    ``objective``: "purchases" or "revenue" if it was ranked by that; "acts" if one of them was
    asked for and too little is known, which ``objective_note`` says; else "".
    ``is_fallback``: the server did not answer; this is the caller's own list, without a token.
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
    arms: tuple[ArmAssignment, ...] = ()
    objective: str = ""
    objective_note: str = ""

    @property
    def item_ids(self) -> list[str]:
        """The items, first slot first."""
        return [result.item_id for result in self.results]
