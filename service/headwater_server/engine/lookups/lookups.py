"""What can be asked of the state beside a slate: items, users, lists of nobody's, figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headwater_server.engine.learning.attribution import Slots
from headwater_server.engine.lookups.statistics import ItemPage, ItemQuestion, ItemStatistics
from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.measures.metrics import Metric
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.messages.requests import Interaction, ScoredItem, UserProfile
from headwater_server.engine.parts import Parts


class Lookups(Parts):
    """Reads only: whatever is asked, the state stays as it was."""

    def list_similar_items(
        self, item_ids: Sequence[str], page_size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Return what goes with, or is like, the given items."""
        return self.lists.similar(item_ids, page_size, filter_text, now_ms)

    def list_trending_items(
        self, category: str, window: str, page_size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Return what is on the rise in a window, "hour", "day" (also "") or "week"."""
        return self.lists.trending(category, window, page_size, filter_text, now_ms)

    def item_statistics(
        self, question: ItemQuestion, slots: Sequence[Slots], now_ms: int
    ) -> ItemPage:
        """Return what was counted of items, page by page; ``slots`` as `open_slots` yields them."""
        return ItemStatistics(self.scoring).page(question, slots, now_ms)

    def open_slots(self) -> Iterator[Slots]:
        """Yield items that were seen and the reward of each so far, in short steps."""
        return self.attribution.open_slots()

    def items_holding(self, text: str) -> Iterator[list[str]]:
        """Yield the ids of items whose id or title holds a text, in short steps."""
        return ItemStatistics(self.scoring).holding(text)

    def list_items(self, after_item_id: str, page_size: int, filter_text: str) -> list[Item]:
        """Return items of the catalogue by id, those after the given id."""
        return self.catalogue.listed(after_item_id, page_size, self.scoring.passing(filter_text))

    def get_user(self, user_id: str, visitor_id: str) -> UserProfile | None:
        """Return what is known of an account, or of a visitor; None if nothing is."""
        account = user_id or self.visitors.account_of(visitor_id)
        if not (self.visitors.is_known(visitor_id, user_id) or user_id in self.users):
            return None
        history = self.visitors.timeline(visitor_id, account)
        interactions = tuple(
            Interaction(self.catalogue.ids[item], round(1000 * seconds), abs(count), count < 0)
            for item, seconds, count in history
        )
        visitors = self.visitors.visitors_of(account)
        return UserProfile(account, self.users.features(account), visitors, interactions)

    def get_item(self, item_id: str) -> Item | None:
        """Return what the shop said of an item, None if it never did."""
        return self.catalogue.get(item_id)

    def metrics(self) -> list[Metric]:
        """Return the figures of progressive validation."""
        return self.progress.metrics() + self.calibration.metrics()

    def drift_alarms(self) -> tuple[DriftAlarm, ...]:
        """Return the changes that were noticed, oldest first."""
        return self.drift.alarms

    def drift_counts(self) -> dict[tuple[str, bool], int]:
        """Return how many changes there were, by (placement, whether it became worse)."""
        return self.drift.counts

    def counts(self) -> dict[str, int]:
        """Return how much of each there is."""
        return {
            "events_learned": self._learned,
            "events_repeated": self._repeated,
            "visitors": len(self.visitors),
            "users": len(self.users),
            "items": len(self.catalogue),
            "deduplication_ids": len(self.deduplication),
            "open_impressions": len(self.attribution),
        }
