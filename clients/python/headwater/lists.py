"""Lists that belong to no visitor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """An item and what the list was ranked by; comparable within one list only."""

    item_id: str
    score: float


@dataclass(frozen=True, slots=True)
class ItemList:
    """Items, best first, and the state that answered."""

    results: tuple[ScoredItem, ...]
    offset: str

    @property
    def item_ids(self) -> list[str]:
        """The items, best first."""
        return [result.item_id for result in self.results]
