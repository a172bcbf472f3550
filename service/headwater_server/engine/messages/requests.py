"""Requests to the engine, and its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headwater_server.engine.messages.asked import Arm, Question
from headwater_server.engine.messages.events import ContextValue
from headwater_server.engine.messages.names import Names
from headwater_server.engine.messages.quick_value import quick_value
from headwater_server.engine.messages.results import Numbers, Result, Results


@quick_value
class RecommendRequest:
    """One request: what should this visitor see now?

    ``recommendation_id`` alone seeds exploration, so a retry draws the same numbers.
    ``candidate_item_ids`` given: rank exactly these. ``diversity`` empty: as rules or settings say;
    ``objective`` empty: as settings say.
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
    objective: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether nothing but visitor, placement, size and exploration is asked."""
        return not (
            self.candidate_item_ids or self.exclude_item_ids or self.context_item_ids
            or self.filter or self.diversity or self.objective or self.user_id or self.session_id
            or self.context or self.first_slot
        )  # fmt: skip

    @property
    def question(self) -> Question:
        """What the slate and its events do not say of the request."""
        return Question(
            self.page_size,
            self.candidate_item_ids,
            self.exclude_item_ids,
            self.context_item_ids,
            self.filter,
            self.diversity,
            self.explore,
            self.user_id,
            self.session_id,
            self.context,
            self.objective,
            self.first_slot,
        )


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


@quick_value
class Recommendation:
    """The slate, best slot first, and its policy; ``limits``: the caps that kept it short.

    ``propensities_estimated``: from draws, not computed exactly. ``arms``: of the experiments that
    the visitor is in at this placement. ``objective``: what it was ranked by, if another one than
    acts was asked for, and what is to be said of it.
    """

    recommendation_id: str
    results: Sequence[Result]
    policy: str
    placement: str = ""
    limits: tuple[str, ...] = ()
    propensities_estimated: bool = False
    arms: tuple[Arm, ...] = ()
    objective: str = ""
    objective_note: str = ""

    @property
    def item_ids(self) -> Sequence[str]:
        """The items, best slot first."""
        return Results.of(self.results).item_ids

    @property
    def names(self) -> Names:
        """The items' ids as bytes."""
        return Results.of(self.results).names

    @property
    def propensities(self) -> Numbers:
        """The propensities, one for each slot."""
        return Results.of(self.results).propensities

    def within(self, arms: tuple[Arm, ...]) -> Recommendation:
        """Return the same answer, which names these arms."""
        return self._with(arms, self.objective, self.objective_note) if arms else self

    def explained_by(self, sentence: str) -> Recommendation:
        """Return the same answer, in which a sentence explains each slot that no rule moved."""
        results = tuple(
            one._replace(explanation=_by_rules(one.rules) if one.rules else sentence)
            for one in self.results
        )
        given = self.recommendation_id, results, self.policy, self.placement, self.limits
        rest = self.arms, self.objective, self.objective_note
        return Recommendation(*given, self.propensities_estimated, *rest)

    def ranked_by(self, objective: str, note: str) -> Recommendation:
        """Return the same answer, which says what it was ranked by."""
        return self._with(self.arms, objective, note)

    def _with(self, *last: Any) -> Recommendation:
        given = self.recommendation_id, self.results, self.policy, self.placement, self.limits
        return Recommendation(*given, self.propensities_estimated, *last)


def _by_rules(names: tuple[str, ...]) -> str:
    return f"The shop's rules moved it here ({', '.join(map(repr, names))})."
