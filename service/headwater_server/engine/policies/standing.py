"""How items stand among the candidates of a request, before its list is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine import answers
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.parts import Parts
from headwater_server.engine.policies.chances import LISTS, Chances, chances
from headwater_server.engine.policies.panel import pool_of
from headwater_server.engine.policies.requests_under import request_under
from headwater_server.engine.reranking.answer_settings import AnswerSettings
from headwater_server.engine.reranking.candidates import Pool
from headwater_server.models.popularity.activity import INTERACTIONS


@dataclass(frozen=True, slots=True)
class Standing:
    """The candidates that were asked about, and what was known of them at that moment.

    Parameters
    ----------
    item_ids
        The candidates that were asked about; what is no candidate is not among them.
    in_list
        By item: the chance to be in the list.
    scores, interactions, chosen, prices
        By item: the ranker's score; interactions with it so far; those of this visitor among the
        recent ones; its price, not a number if it has none.
    history
        The number of recent items of who asks.
    shown
        The chances of the list that was shown, if one was given: see `Chances`.
    """

    item_ids: tuple[str, ...]
    in_list: NDArray[np.float64]
    scores: NDArray[np.float64]
    interactions: NDArray[np.float64]
    chosen: NDArray[np.float64]
    prices: NDArray[np.float64]
    history: int
    shown: Chances


def standing(
    parts: Parts,
    under: AnswerSettings,
    request: RecommendRequest,
    now_ms: int,
    item_id: str,
    passing: str,
    shown: Sequence[str] = (),
    lists: int = LISTS,
) -> Standing:
    """Return the standing of the item, or of all candidates that pass a filter. A pure read.

    ``item_id`` "": those that pass the filter ``passing``. ``shown`` is the list that was shown.
    Raises ValueError if the settings are not defined for the request, or the filter is wrong.
    """
    asked = answers.question(parts, request_under(request, under), now_ms)
    pool = pool_of(parts, asked, under)
    rows = _rows(pool, item_id, passing)
    items, given = pool.items[rows], pool.candidates.given
    wanted = tuple(parts.scoring.ids(given, items, rows))
    scores = pool.candidates.scores[rows].astype(np.float64)
    history = asked.history.items
    found = chances(pool, under, parts.reranking.similarity, (*shown, *wanted), lists)
    counts, catalogue = parts.models.activity.counts, parts.catalogue
    known = items != catalogue.spare_row
    priced = [catalogue.at(number) if there else None for number, there in _pairs(items, known)]
    return Standing(
        wanted,
        found.in_list[len(shown) :],
        scores,
        np.where(known, counts[np.where(known, items, 0), INTERACTIONS], 0.0),
        (items[:, None] == history[None, :]).sum(axis=1).astype(np.float64),
        np.array([np.nan if i is None or i.price is None else i.price for i in priced], float),
        len(history),
        found,
    )


def _rows(pool: Pool, item_id: str, passing: str) -> NDArray[np.int64]:
    if item_id:
        rows = pool.rows((item_id,))
        return rows[rows >= 0]
    return np.flatnonzero(pool.passing(passing, pool.items))


def _pairs(items: NDArray[np.int32], known: NDArray[np.bool_]) -> list[tuple[int, bool]]:
    return list(zip(items.tolist(), known.tolist(), strict=True))
