"""One interaction, counted in every model over items by one kernel."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.content.word_flow import count_words
from headwater_server.models.covisitation.circumstances import count_circumstances
from headwater_server.models.covisitation.companions import count_together
from headwater_server.models.covisitation.next_item import count_next
from headwater_server.models.popularity.activity import count_activity


class Counts(NamedTuple):
    """What an interaction is added to, as each model's ``counted`` and ``draws`` give it.

    ``popularities`` are (stored values, what is added to the row of the item); ``rows`` those of
    the circumstances.
    """

    next_item: tuple[Any, ...]
    companions: tuple[Any, ...]
    circumstances: tuple[Any, ...]
    words: tuple[Any, ...]
    tokens: NDArray[np.int32]
    rows: NDArray[np.int32]
    popularities: tuple[tuple[Any, Any], ...]
    counts: NDArray[np.float64]
    interactions: NDArray[np.float32]
    events: int


@njit(cache=True)
def _without(items, in_session, item):
    """Return (items without ``item``, their flags, the place where it was, -1 if nowhere)."""
    others, flags = np.empty_like(items), np.empty_like(in_session)
    n, place = 0, -1
    for i in range(len(items)):
        if items[i] == item:
            place = i
        else:
            others[n], flags[n] = items[i], in_session[i]
            n += 1
    return others[:n], flags[:n], place


@njit(cache=True, nogil=True)
def count_interaction(counts, items, in_session, item):
    """Add one interaction with ``item`` after these ``items``, newest first.

    Return its place among them, -1 if it is none of them.
    """
    before, flags, place = _without(items, in_session, item)
    count_next(counts.next_item[0], counts.next_item[1], before, item)
    count_together(counts.companions[0], counts.companions[1], before, flags, item)
    count_circumstances(counts.circumstances[0], counts.circumstances[1], counts.rows, item)
    count_words(counts.words[0], counts.words[1], counts.tokens, before, item)
    for stored, added in counts.popularities:
        for column in range(len(added)):
            stored[item, column] += added[column]
    count_activity(counts.counts, counts.interactions, item, place >= 0, counts.events)
    return place
