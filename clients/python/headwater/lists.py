"""Lists that are the same for all visitors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """An item and its score; scores are comparable within one list only."""

    item_id: str
    score: float


@dataclass(frozen=True, slots=True)
class ItemList:
    """Items, best first, and the offset of the state that answered."""

    results: tuple[ScoredItem, ...]
    offset: str

    @property
    def item_ids(self) -> list[str]:
        """The items, best first."""
        return [result.item_id for result in self.results]
