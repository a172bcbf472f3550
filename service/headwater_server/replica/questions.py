"""What is asked of a replica beside `engine.messages.requests.RecommendRequest`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SimilarQuestion:
    """What goes with, or is like, these items?"""

    item_ids: tuple[str, ...]
    page_size: int = 20
    filter: str = ""


@dataclass(frozen=True, slots=True)
class TrendingQuestion:
    """What is on the rise within a window, of one category or of all?"""

    category: str = ""
    window: str = ""
    page_size: int = 20
    filter: str = ""
