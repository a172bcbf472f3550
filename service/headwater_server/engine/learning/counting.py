"""One interaction, counted in every model over items."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.learning.decays import BY_DAY, BY_EVENT, STARTS
from headwater_server.models.content.word_flow import count_words, flow_of
from headwater_server.models.covisitation.circumstances import count_circumstances
from headwater_server.models.covisitation.companions import count_together
from headwater_server.models.covisitation.cycles import count_return
from headwater_server.models.covisitation.next_item import count_next
from headwater_server.models.popularity.activity import count_activity, following_rate


class Counting(NamedTuple):
    """What interactions are added to beside the tables of retrieval.

    ``draws`` of each model of pairs: (next, together, circumstances, words), and ``slots`` that one
    interaction takes at most in each; ``popularities`` the stored values: (by event, by day,
    starts); ``events`` interactions so far.
    """

    draws: tuple[Any, ...]
    slots: tuple[int, int, int, int]
    words: int
    popularities: tuple[Any, Any, Any]
    counts: NDArray[np.float64]
    events: int


class Reached(NamedTuple):
    """How far a run has come: interactions and ranker's steps, and what they moved.

    ``by_day`` and ``starts`` are rows of `Decays`; ``mass`` is all flow of words.
    """

    counted: int
    steps: int
    by_day: int
    starts: int
    mass: float
    repeat_rate: float


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


@njit(cache=True)
def _after(draws, counted):
    """Return the draws of a model after so many more interactions."""
    return draws[0], draws[1], draws[2] + counted


@njit(cache=True)
def _add(stored, item, added, scales, is_scaling):
    """Add one interaction to a popularity: p += 2^(t/h)."""
    if is_scaling:
        for column in range(len(added)):
            if scales[column] != 1.0:
                stored[:, column] *= scales[column]
    for column in range(len(added)):
        stored[item, column] += added[column]


@njit(cache=True)
def _count_pairs(tables, counting, counted, before, flags, rows, item):
    """Count in the models of pairs: what followed, occurred together, under ``rows``, by words."""
    following, together, circumstances, words = counting.draws
    count_next(tables.next_item, _after(following, counted), before, item)
    count_together(tables.companions, _after(together, counted), before, flags, item)
    count_circumstances(tables.circumstances, _after(circumstances, counted), rows, item)
    count_words(tables.words, _after(words, counted), tables.content[0], before, item)


@njit(cache=True)
def count_interaction(tables, counting, decays, reached, visitor, rows, item, at, begins):
    """Count one interaction with ``item`` in every model; return what the run has reached.

    ``tables`` hold the weights of this interaction; ``rows`` are those of its circumstances, ``at``
    is its row of ``decays``; ``begins``: it begins a session.
    """
    before, flags, place = _without(visitor.items, visitor.in_session, item)
    counted, steps, day, starts, mass, rate = reached
    _count_pairs(tables, counting, counted, before, flags, rows, item)
    added, scales, is_scaling = decays.added, decays.scales, decays.is_scaling
    by_event, by_day, of_starts = counting.popularities
    _add(by_event, item, added[counted + 1][:BY_EVENT], scales[:BY_EVENT], is_scaling)
    day = at if decays.at[at, BY_EVENT] > decays.at[day, BY_EVENT] or is_scaling else day
    _add(by_day, item, added[day][BY_EVENT:BY_DAY], scales[BY_EVENT:BY_DAY], is_scaling)
    if begins:
        starts = counted + 1
        _add(of_starts, item, added[starts][BY_DAY:STARTS], scales[BY_DAY:STARTS], is_scaling)
    events, is_repeat = counting.events + counted, place >= 0
    count_activity(counting.counts, tables.interactions, item, is_repeat, events)
    if is_repeat:
        count_return(tables.cycles, item, visitor.ages_s[place])
    mass += tables.words[3] * flow_of(tables.content[0], before, item)
    return counted + 1, steps, day, starts, mass, following_rate(rate, is_repeat)
