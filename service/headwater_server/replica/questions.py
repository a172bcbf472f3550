"""Questions to a replica besides `engine.messages.requests.RecommendRequest`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SimilarQuestion:
    """Which items are similar to, or used together with, these?"""

    item_ids: tuple[str, ...]
    page_size: int = 20
    filter: str = ""
    include_variants: bool = False


@dataclass(frozen=True, slots=True)
class TrendingQuestion:
    """Which items are trending within a window, in one category or in all?"""

    category: str = ""
    window: str = ""
    page_size: int = 20
    filter: str = ""
