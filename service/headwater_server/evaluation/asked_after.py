"""Lists asked for right after the visitor's act before, as a page does when it renders."""

from __future__ import annotations

from collections import Counter

from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.rewards import IMPRESSION
from headwater_server.evaluation.interactions import Interactions, Repeats
from headwater_server.evaluation.shop_history import ShopHistory
from headwater_server.evaluation.strangers import Asked
from headwater_server.evaluation.tally import CUT, Tally, rank_of


class AskedAfter:
    """Counts the acts on the lists that their visitors got right after their acts before.

    The list is asked for at the time of that act, from the state that has just learned it; what
    others do until the next act changes it no more. A visitor's first act is compared with the list
    at its own time: nobody asked before. The first ``first`` events are not counted.
    """

    def __init__(self, engine: Asked, history: ShopHistory, repeats: Repeats, first: int) -> None:
        self._engine = engine
        self._first = first
        self._interactions = Interactions(repeats)
        self._left = Counter(event.visitor_id for event in history.events.events())
        self._lists: dict[str, Recommendation] = {}
        self._row = 0
        self.tally = Tally()

    def count(self, event: Event, *, is_asked: bool) -> None:
        """Count the next event, before it is applied, if the protocol asks for a list for it."""
        found = self._lists.pop(event.visitor_id, None)
        if is_asked and self._row >= self._first:
            answer = found or self._list(event)
            self.tally.count(rank_of(event.items[0].item_id, answer.results))
        self._row += 1

    def ask(self, event: Event) -> None:
        """Ask for the list of the visitor's next act, after ``event`` was applied."""
        visitor_id = event.visitor_id
        if event.event_type != IMPRESSION:
            self._interactions.add(visitor_id, event.items[0].item_id)
        self._left[visitor_id] -= 1
        if self._left[visitor_id]:
            self._lists[visitor_id] = self._list(event)

    def _list(self, event: Event) -> Recommendation:
        request = RecommendRequest(
            visitor_id=event.visitor_id,
            recommendation_id=event.event_id,
            page_size=CUT,
            exclude_item_ids=self._interactions.excluded(event.visitor_id),
            explore=False,
        )
        return self._engine.recommend(request, now_ms=event.event_time_ms or 0)
