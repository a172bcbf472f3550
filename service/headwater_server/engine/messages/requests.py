"""What is asked of the engine, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from headwater_server.engine.messages.events import ContextValue


@dataclass(frozen=True, slots=True)
class RecommendRequest:
    """One question: what should this visitor see now?

    ``recommendation_id`` alone seeds exploration, so asking again draws the same numbers.
    ``candidate_item_ids`` given: rank exactly these. ``diversity`` empty: as rules or settings say.
    ``first_slot``: tell each result's chance to stand in the first slot. ``from_page``: a
    page's key asked; the token tells so, the list does not depend on it. ``now`` is handed to
    `Engine.recommend` beside the request, because the engine knows no clock.
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
class Touch:
    """One item of a visitor's history: when it was touched last, how often, whether refused."""

    item_id: str
    time_ms: int
    touches: int
    refused: bool = False


@dataclass(frozen=True, slots=True)
class UserProfile:
    """What is known of an account, or of a visitor: features, linked visitors, history."""

    user_id: str
    features: tuple[tuple[str, ContextValue], ...]
    visitor_ids: tuple[str, ...]
    history: tuple[Touch, ...]


class Result(NamedTuple):
    """One slot of the slate. A tuple, for twenty are made in each answer.

    ``probability``: the chance of a rewarded act within the attribution window, None until
    enough impressions were reported. ``propensity``: the chance that the policy put this item
    into this slot, given the slots before it. ``probability_low`` and ``probability_high``: 90 %
    of the posterior of the probability lies between, only in a slate that explains itself, as are
    the ``contributions`` by family of features, see `families`, which sum to the score.
    ``first_slot_propensity``: the chance that it stood in the first slot, only if asked for.
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
    """The slate, best slot first, and what produced it; ``limits``: caps that kept it short.

    ``propensities_estimated``: by draws, not computed.
    """

    recommendation_id: str
    results: tuple[Result, ...]
    policy: str
    placement: str = ""
    limits: tuple[str, ...] = ()
    propensities_estimated: bool = False
