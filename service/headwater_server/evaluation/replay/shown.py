"""A list as an event on the log reports it, and the request that it answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.messages.events import Event, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.rewards import IMPRESSION, canonical_type

Place = tuple[int, ...]
"""The number of the last whole entry, how many operations of the next one, and how many attribution
windows the operation after those has closed (0 if it is not given); see `Slate`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A list that a visitor saw; ``by_page``: it was requested with a page's key."""

    visitor_id: str
    slate: Slate
    by_page: bool = False

    @property
    def place(self) -> Place:
        """The place of the state that answered."""
        return self.slate.place

    @property
    def is_replayable(self) -> bool:
        """Whether place and question are known."""
        return self.slate.question is not None and not self.slate.unreplayable


def shown_in(operations: Iterable[Operation]) -> Iterator[Shown]:
    """Yield the lists that impressions among the operations report, also several times."""
    for one in operations:
        if isinstance(one, Event) and one.slate and canonical_type(one.event_type) == IMPRESSION:
            yield Shown(one.visitor_id, one.slate, one.self_asked)


def request_of(visitor_id: str, slate: Slate, *, by_page: bool = False) -> RecommendRequest:
    """Return the request that ``slate`` answered. Raises ValueError if its question is not known.

    >>> from headwater_server.engine.messages.asked import Question
    >>> asked = RecommendRequest("ann", "r1", placement="home", page_size=2, filter="price < 5")
    >>> slate = Slate("r1", "best", "home", ("a",), (1.0,), question=asked.question)
    >>> request_of("ann", slate) == asked
    True
    """
    question = slate.question
    if question is None:
        raise ValueError(f"the question of {slate.recommendation_id!r} is not on the log")
    return RecommendRequest(
        visitor_id,
        slate.recommendation_id,
        question.user_id,
        question.session_id,
        slate.placement,
        question.page_size,
        question.candidate_item_ids,
        question.exclude_item_ids,
        question.context_item_ids,
        question.filter,
        question.context,
        question.explore,
        diversity=question.diversity,
        first_slot=question.first_slot,
        from_page=by_page,
        objective=question.objective,
    )
