"""Counting hits: hit rate, NDCG and mean reciprocal rank at 20, over all and by tenth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from headwater_server.engine.messages.results import Result, Results

CUT = 20


def rank_of(item_id: str, results: Sequence[Result]) -> int:
    """Return the rank (from 1) of ``item_id`` among the best 20, or 0 for a miss.

    A score that is not finite is a miss: a diverged model must not look good.

    >>> rank_of("b", (Result("a", 2.0, None, 1.0), Result("b", 1.0, None, 1.0)))
    2
    >>> rank_of("a", (Result("a", float("nan"), None, 1.0),))
    0
    """
    best = Results.of(results)  # by column: to make an object of each takes longer than the search
    item_ids = list(best.item_ids[:CUT])
    if item_id not in item_ids:
        return 0
    place = item_ids.index(item_id)
    return place + 1 if math.isfinite(best.scores[place]) else 0


@dataclass
class Tally:
    """Sums over the counted events of a range of rows."""

    events: int = 0
    hits: int = 0
    gain: float = 0.0
    reciprocal_rank: float = 0.0

    def count(self, rank: int) -> None:
        """Count one event whose item was at ``rank``; 0 is a miss."""
        self.events += 1
        if rank:
            self.hits += 1
            self.gain += 1.0 / math.log2(rank + 1)  # one item is right, so the ideal gain is 1
            self.reciprocal_rank += 1.0 / rank

    @property
    def hit_rate(self) -> float:
        """Return the share of events that were hits; 0 without events."""
        return self.hits / self.events if self.events else 0.0

    def figures(self) -> dict[str, float | int | None]:
        """Return the figures of the report; None where nothing was counted."""

        def mean(total: float) -> float | None:
            return round(total / self.events, 6) if self.events else None

        return {
            "hit_rate_at_20": mean(self.hits),
            "ndcg_at_20": mean(self.gain),
            "mrr_at_20": mean(self.reciprocal_rank),
            "events": self.events,
        }
