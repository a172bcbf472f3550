"""Lists of visitors without a history, asked for in advance, as for a mailing or a cached page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.rewards import IMPRESSION
from headwater_server.evaluation.shop_history import ShopHistory
from headwater_server.evaluation.tally import CUT, Tally, rank_of

CHUNK_EVENTS = 2_000


class Asked(Protocol):
    """What answers."""

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Answer from the state without a change of it."""


class Strangers:
    """Counts, chunk by chunk, how often strangers choose an item of the list asked in advance.

    A stranger of a chunk of 2,000 events has no event before it. Each gets one list, before any
    event of the chunk is learned, and all rewarded events of the chunk are counted against it but
    those on the item just before. The first chunk, of a shop without events, and the events before
    the ``first`` counted one are left out.
    """

    def __init__(self, engine: Asked, history: ShopHistory, first: int) -> None:
        self._engine = engine
        self._history = history
        self._first = first
        self._known: set[str] = set()
        self.tally = Tally()

    def ask(self, chunk: Sequence[Event], begin: int) -> None:
        """Ask for and count the lists of a chunk, which begins with the event ``begin``."""
        if begin:
            self._count(chunk, begin)
        self._known.update(event.visitor_id for event in chunk)

    def _count(self, chunk: Sequence[Event], begin: int) -> None:
        lists: dict[str, Recommendation] = {}
        latest: dict[str, str] = {}
        for row, event in enumerate(chunk, start=begin):
            visitor_id = event.visitor_id
            if visitor_id in self._known or event.event_type == IMPRESSION:
                continue
            item_id, before = event.items[0].item_id, latest.get(visitor_id)
            latest[visitor_id] = item_id
            is_asked = self._history.settings.rewards[event.event_type] > 0 and item_id != before
            if row < self._first or not is_asked:
                continue
            if visitor_id not in lists:
                lists[visitor_id] = self._list(event)
            self.tally.count(rank_of(item_id, lists[visitor_id].results))

    def _list(self, event: Event) -> Recommendation:
        request = RecommendRequest(
            visitor_id=event.visitor_id,
            recommendation_id=event.event_id,
            page_size=CUT,
            explore=False,
        )
        return self._engine.recommend(request, now_ms=event.event_time_ms or 0)
