"""One interaction, counted in every model over items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from headwater_server.engine.ranking.arrays import of_strangers, popularities
from headwater_server.models.content.word_lifts import count_words
from headwater_server.models.covisitation.circumstances import count_circumstances
from headwater_server.models.covisitation.companions import count_together
from headwater_server.models.covisitation.cycles import count_return
from headwater_server.models.covisitation.next_item import count_next
from headwater_server.models.popularity.activity import count_activity, following_rate
from headwater_server.models.popularity.popularity import count_popularity
from headwater_server.models.popularity.strangers import count_shares


class Reached(NamedTuple):
    """How far a run has come: interactions, steps of the ranker, and what they moved.

    The times of each popularity; ``mass`` is all flow of words.
    """

    counted: int
    steps: int
    by_event: float
    by_day: float
    starts: float
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
def _draws(arrays, present, model, counted):
    """Return what decides which neighbour is replaced, of one of the models of pairs."""
    _, row_max, seed, _, _ = arrays.constants[model]
    return row_max, seed, present.steps[model] + counted


@njit(cache=True)
def _count_pairs(arrays, present, tables, counted, before, flags, rows, item, weight):
    """Count in the models of pairs: what followed, occurred together, under ``rows``, by words.

    An addition has the weight of its time, times that of the act. Return the flow of words.
    """
    after, beside, under, flow = (
        tables.next_item, tables.companions, tables.circumstances, tables.words
    )  # fmt: skip
    after = after[0], after[1], after[2] * weight
    beside = beside[0], beside[1] * weight, beside[2], beside[3]
    under = under[0], under[1], under[2] * weight, under[3]
    flow = flow[0], flow[1], flow[2], flow[3] * weight
    count_next(after, _draws(arrays, present, 0, counted), before, item)
    count_together(beside, _draws(arrays, present, 1, counted), before, flags, item)
    count_circumstances(under, _draws(arrays, present, 2, counted), rows, item)
    return count_words(flow, _draws(arrays, present, 3, counted), arrays.tokens, before, item)


@njit(cache=True, inline="always")  # a kernel of its own would be compiled once more
def count_interaction(
    arrays, present, tables, reached, steps, visitor, rows, item, weight, seconds, begins
):
    """Count one interaction with ``item`` in every model; return what the run has reached.

    ``tables`` hold the weights of this interaction; ``rows`` are those of its circumstances;
    ``weight`` is how much of one it is; ``begins``: it begins a session; ``steps`` the ranker has
    taken.
    """
    before, flags, place = _without(visitor.items, visitor.in_session, item)
    counted, _, by_event, by_day, starts, mass, rate = reached
    events, is_repeat = present.events + counted, place >= 0
    flow = _count_pairs(arrays, present, tables, counted, before, flags, rows, item, weight)
    of_events, of_days, of_starts = popularities(arrays)
    by_event, by_day = by_event + 1.0, max(seconds, by_day)
    count_popularity(of_events, item, by_event, weight)
    count_popularity(of_days, item, by_day, weight)
    count_shares(of_strangers(arrays), item, weight, len(before) + 1)
    if is_repeat:
        count_return(tables.cycles, item, visitor.ages_s[place], weight)
    if begins:
        starts = max(float(events), starts)
        count_popularity(of_starts, item, starts, weight)
    count_activity(arrays.counts, arrays.interactions, item, is_repeat, events, weight)
    mass += tables.words[3] * flow * weight
    rate = following_rate(rate, is_repeat, weight)
    return Reached(counted + 1, steps, by_event, by_day, starts, mass, rate)
