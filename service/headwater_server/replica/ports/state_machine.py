"""What the shell needs from the engine that it is wrapped around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, Self

from headwater_server.engine.learning.attribution import Slots
from headwater_server.engine.lookups.statistics import ItemPage, ItemQuestion
from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.measures.metrics import Metric
from headwater_server.engine.messages.entries import Entry, Item
from headwater_server.engine.messages.events import Outcome
from headwater_server.engine.messages.requests import (
    Recommendation,
    RecommendRequest,
    ScoredItem,
    UserProfile,
)
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot.capture import Capture


class StateLookups(Protocol):
    """What can be read from a state beside a slate. `Lookups` is the real one."""

    def list_similar_items(
        self, item_ids: Sequence[str], page_size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Return what goes with, or is like, the given items."""

    def list_trending_items(
        self, category: str, window: str, page_size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Return what is on the rise; `ValueError` for an unknown window."""

    def get_item(self, item_id: str) -> Item | None:
        """Return an item of the catalogue."""

    def item_statistics(
        self, question: ItemQuestion, slots: Sequence[Slots], now_ms: int
    ) -> ItemPage:
        """Return what was counted of items, and how many there are of those asked for.

        ``slots`` are all that `open_slots` yields.
        """

    def open_slots(self) -> Iterator[Slots]:
        """Yield what was seen of late, in steps between which to rest."""

    def items_holding(self, text: str) -> Iterator[list[str]]:
        """Yield the ids of items whose id or title holds a text, in steps between which to rest."""

    def list_items(self, after_item_id: str, page_size: int, filter_text: str) -> list[Item]:
        """Return items of the catalogue by id, those after the given id."""

    def get_user(self, user_id: str, visitor_id: str) -> UserProfile | None:
        """Return what is known of an account or of a visitor."""

    def counts(self) -> dict[str, int]:
        """Return how much of everything there is."""

    def drift_alarms(self) -> Sequence[DriftAlarm]:
        """Return the changes that were noticed, oldest first."""

    def drift_counts(self) -> Mapping[tuple[str, bool], int]:
        """Return how many changes there were, by (placement, whether it became worse)."""

    def metrics(self) -> Sequence[Metric]:
        """Return how well it did, measured before each event was learned."""


class StateMachine(Protocol):
    """A deterministic fold: equal entries, equal state. `engine.engine.Engine` is the real one."""

    STATE_VERSION: int

    @property
    def settings(self) -> EngineSettings:
        """The settings that the state means something by."""

    @property
    def lookups(self) -> StateLookups:
        """What can be read beside a slate."""

    def apply(self, entry: Entry) -> list[Outcome]:
        """Change the state; one outcome per operation."""

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Answer from the state and leave it as it was."""

    def digest(self) -> str:
        """Return what two states share only if they are equal."""

    def capture(self) -> list[tuple[str, Any]]:
        """Return the state at this instant; it may be encoded in another thread.

        What `digest` is over stands under "learned/".
        """

    def capturing(self) -> Capture:
        """Return such a copy that is still to be taken, in short steps."""

    @classmethod
    def restore(cls, captured: Iterable[tuple[str, Any]]) -> Self:
        """Return the captured state; `ValueError` if another build captured it."""

    def memory_bytes(self) -> int:
        """Return what the state takes."""
