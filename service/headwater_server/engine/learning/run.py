"""A run of acts learned by one kernel: each is predicted, then counted, before the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from headwater_server.engine.learning.choices import NEGATIVES, sample
from headwater_server.engine.learning.counting import count_interaction
from headwater_server.engine.ranking.describing import Statistics, describe
from headwater_server.engine.retrieval.gathering import Tables, Visitor, find, select
from headwater_server.engine.retrieval.proposed import is_proposed
from headwater_server.engine.visitors.histories import add_item
from headwater_server.engine.visitors.reading import read_history
from headwater_server.engine.visitors.sessions import enter_session
from headwater_server.models.base import HISTORY_MAX
from headwater_server.models.evidence import begin_another
from headwater_server.models.fading import weight_after
from headwater_server.models.popularity.popularity import fading_at
from headwater_server.models.ranker.list_step import Stepping, learn_choice
from headwater_server.models.ranker.network import score_items

MEASURE_EVENTS = 10
"""One interaction in so many is measured: a full ranking costs as much as learning."""
_FIRST = 20
_IDS, _USED = 3, 7  # in the table of `Neighbours`, and of `Histories`


class Ranked(NamedTuple):
    """Which interactions the ranker learns from, and what its steps read and write.

    ``is_on``: here; else a ranker that is no kernel has learned already. It learns from each of the
    ``warm_up`` first ones, and from one in ``every`` afterwards.
    """

    is_on: bool
    warm_up: int
    every: int
    seed: int
    stepping: Stepping


@njit(cache=True)
def is_ranked(events, warm_up, every):
    """Whether the ranker learns from the next interaction; it does if that is measured."""
    return events < warm_up or events % every == 0 or events % MEASURE_EVENTS == 0


@njit(cache=True)
def _lacks(pairs, slots):
    """Whether a table of `Neighbours` may have too little room for one interaction."""
    return pairs[_USED][0] + slots > len(pairs[_IDS])


@njit(cache=True)
def _lacks_room(tables, history, counting, item):
    """Whether some table may have too little room for one interaction: kernels grow none."""
    following, together, circumstances, words = counting.paces
    if _lacks(tables.next_item[0], following[3]) or _lacks(tables.companions[0], together[3]):
        return True
    if _lacks(tables.circumstances[0], circumstances[3]) or _lacks(tables.words[0], words[3]):
        return True
    if tables.content[0][item, 0] >= 0 and counting.words > len(tables.words[1]):
        return True
    return history[_USED][0] + HISTORY_MAX > len(history[_IDS])


@njit(cache=True)
def _tables_after(tables, counting, reached):
    """Return the tables for the next act: the weights of pairs move with each interaction."""
    counted, draws, paces = reached.counted, counting.draws, counting.paces
    following, together, circumstances = tables.next_item, tables.companions, tables.circumstances
    words = tables.words
    begin_another(tables.evidence)  # each act begins a request of its own
    return Tables(
        tables.on,
        (following[0], following[1], weight_after(draws[0][2] + counted, paces[0])),
        (
            together[0],
            weight_after(draws[1][2] + counted, paces[1]),
            together[2],
            together[3] + counted,
        ),
        (
            circumstances[0],
            circumstances[1],
            weight_after(draws[2][2] + counted, paces[2]),
            circumstances[3] + counted,
        ),
        tables.cycles,
        tables.content,
        (words[0], words[1], reached.mass, weight_after(draws[3][2] + counted, paces[3])),
        tables.listed,
        tables.interactions,
        tables.popular,
        tables.newest,
        tables.profile,
        tables.flow,
        tables.evidence,
    )


@njit(cache=True)
def _statistics_after(counting, same, reached, session_length, gap_s):
    """Return what features read beside the evidence, after the interactions so far."""
    return Statistics(
        counting.counts,
        (counting.by_event[0], fading_at(counting.by_event, reached.by_event)),
        (counting.by_day[0], fading_at(counting.by_day, reached.by_day)),
        (counting.starts[0], fading_at(counting.starts, reached.starts)),
        float(counting.events + reached.counted),
        reached.repeat_rate,
        float(session_length),
        gap_s,
        same[0],
        same[1],
        same[2],
    )


@njit(cache=True)
def _is_hit(tables, statistics, history, candidates, item, stepping):
    """Return whether the best list would have contained the chosen item."""
    place = np.flatnonzero(candidates == item)
    if len(place) == 0:
        return False
    features, context = describe(tables, statistics, history, candidates)
    _, _, biases, moments, weights = stepping
    scores = score_items(features, context, candidates, biases, moments, weights[0])
    return (scores > scores[place[0]]).sum() < _FIRST


@njit(cache=True, inline="always")  # a kernel of its own would be compiled once more
def _rank(tables, statistics, visitor, shown_at, ranked, act, events, steps):
    """One step of the ranker: the item against negatives from the candidates; write the loss.

    Return the steps so far: there is none if the item was no candidate.
    """
    available, publish_ms, expire_ms, _, are_timed, passing = shown_at
    shown_at = available, publish_ms, expire_ms, act.time_ms, are_timed, passing
    find(tables, visitor)
    if not is_proposed(tables, visitor, act.item):  # then it is no candidate, whatever the others
        act.choices = 0
        if events % MEASURE_EVENTS == 0:
            act.hit = 0
        return steps
    candidates = select(tables, visitor, np.empty(0, dtype=np.int32), shown_at)
    drawn = sample(candidates, act.item, NEGATIVES, ranked.seed, events)
    features, context = describe(tables, statistics, visitor.items, drawn)
    if events % MEASURE_EVENTS == 0:
        args = visitor.items, candidates, act.item, ranked.stepping
        act.hit = _is_hit(tables, statistics, *args)
    act.choices = len(drawn)
    if len(drawn) > 0:
        act.loss = learn_choice(features, context, drawn, ranked.stepping, steps)
        steps += 1
    return steps


@njit(cache=True, nogil=True)
def learn_acts(acts, circumstances, sessions, tables, shown_at, same, counting, ranked, reached):
    """Learn acts in order; return (how many were, what the run has reached).

    ``same`` is what no act changes: the columns of features, and of the context, that the settings
    leave out, and the shop's own features. Less than all: some table has too little room for the
    next one, which has left no trace yet.
    """
    table, profiles, gap_s = sessions
    for i in range(len(acts)):
        act = acts[i]
        session, seconds = act.session, act.seconds
        past = read_history(
            table, profiles, (act.visitor, act.account), seconds, session, gap_s, True
        )
        items, ages_s, interactions, in_session, refused, length, since_s = past
        # looking twice at the same page says nothing of what comes next
        counts = act.is_positive and not (len(items) > 0 and items[0] == act.item)
        if counts and _lacks_room(tables, table, counting, act.item):
            return i, reached
        begins = enter_session(table, profiles, act.row, seconds, session, gap_s)
        if not counts:
            continue
        asked, named = circumstances[i, 0][: act.asked], circumstances[i, 1][: act.named]
        visitor = Visitor(items, ages_s, interactions, in_session, refused, asked)
        present, events = _tables_after(tables, counting, reached), counting.events
        events, steps = events + reached.counted, reached.steps
        if ranked.is_on and is_ranked(events, ranked.warm_up, ranked.every):
            statistics = _statistics_after(counting, same, reached, length, since_s)
            steps = _rank(present, statistics, visitor, shown_at, ranked, act, events, steps)
        reached = count_interaction(
            present, counting, reached, steps, visitor, named, act.item, seconds, begins
        )
        add_item(table, act.row, act.item, seconds, 1)
        act.is_counted = True
    return len(acts), reached
