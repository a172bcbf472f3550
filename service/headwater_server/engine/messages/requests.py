"""Requests to the engine, and its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from headwater_server.engine.messages.events import ContextValue


@dataclass(frozen=True, slots=True)
class RecommendRequest:
    """One request: what should this visitor see now?

    ``recommendation_id`` alone seeds exploration, so a retry draws the same numbers.
    ``candidate_item_ids`` given: rank exactly these. ``diversity`` empty: as rules or settings say.
    ``first_slot``: report each result's chance of the first slot. ``from_page``: it came with a
    page's key; the token contains this, the list does not depend on it. The time is a separate
    argument of `Engine.recommend`, because the engine has no clock.
    """

    visitor_id: str
    recommendation_id: str
    user_id: str = ""
    session_id: str = ""
    placement: str = ""
    page_size: int = 20
    candidate_item_ids: tuple[str, ...] = ()
    exclude_item_ids: tuple[str, ...] = ()
    context_item_ids: tuple[str, ...] = ()
    filter: str = ""
    context: tuple[tuple[str, ContextValue], ...] = ()
    explore: bool = True
    explain: bool = False
    diversity: str = ""
    first_slot: bool = False
    from_page: bool = False


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """An item and its place in a list that belongs to no visitor."""

    item_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Interaction:
    """One item of a visitor's history: time of the last interaction, how many, whether refused."""

    item_id: str
    time_ms: int
    count: int
    refused: bool = False


@dataclass(frozen=True, slots=True)
class UserProfile:
    """An account, or a visitor: features, linked visitors, history."""

    user_id: str
    features: tuple[tuple[str, ContextValue], ...]
    visitor_ids: tuple[str, ...]
    history: tuple[Interaction, ...]


class Result(NamedTuple):
    """One slot of the slate. A tuple, because each answer makes about twenty.

    ``probability``: the chance of a rewarded act within the attribution window, None until
    enough impressions were reported. ``propensity``: the chance that the policy put this item
    into this slot, given the slots before it. ``probability_low`` and ``probability_high``:
    the bounds of 90 % of the probability's posterior. They and the ``contributions`` by family of
    features (see `families`), which sum to the score, are present only with ``explain``.
    ``first_slot_propensity``: the chance of the first slot, only if requested.
    """

    item_id: str
    score: float
    probability: float | None
    propensity: float
    sources: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    probability_low: float | None = None
    probability_high: float | None = None
    rules: tuple[str, ...] = ()
    contributions: tuple[tuple[str, float], ...] = ()
    explanation: str = ""
    first_slot_propensity: float | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The slate, best slot first, and its policy; ``limits``: the caps that kept it short.

    ``propensities_estimated``: from draws, not computed exactly.
    """

    recommendation_id: str
    results: tuple[Result, ...]
    policy: str
    placement: str = ""
    limits: tuple[str, ...] = ()
    propensities_estimated: bool = False
