"""By what a list is ordered: the ranker's scores, and for a stranger all popularities beside it."""

from __future__ import annotations

from numba import njit

from headwater_server.engine.ranking.arrays import of_strangers
from headwater_server.engine.retrieval.gathering import FROM_STRANGERS
from headwater_server.models.popularity.strangers import stranger_scores


@njit(cache=True)
def list_scores(arrays, tables, history, items, scores):
    """Return float64[n] of ``items``, whose ``scores`` are the ranker's; ``history`` decides."""
    if tables.on & FROM_STRANGERS and len(history) == 0:
        return stranger_scores(of_strangers(arrays), items, scores)
    return scores
