"""A run of acts learned by one kernel: each is predicted, then counted, before the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.learning.choices import NEGATIVES, sample
from headwater_server.engine.learning.counting import count_interaction
from headwater_server.engine.learning.decays import BY_DAY, BY_EVENT, STARTS
from headwater_server.engine.ranking.describing import Statistics, describe
from headwater_server.engine.retrieval.gathering import Tables, Visitor, retrieve
from headwater_server.engine.visitors.histories import add_item
from headwater_server.engine.visitors.reading import read_history
from headwater_server.engine.visitors.sessions import enter_session
from headwater_server.models.base import HISTORY_MAX
from headwater_server.models.ranker.list_step import Stepping, learn_choice
from headwater_server.models.ranker.network import score_items

MEASURE_EVENTS = 10
"""One interaction in so many is measured: a full ranking costs as much as learning."""
WARM_UP_EVENTS = 20_000
"""The ranker learns from each of the first interactions, whatever ``ranker_every`` is."""
_FIRST = 20
_IDS, _USED = 3, 7  # in the table of `Neighbours`, and of `Histories`


class Ranked(NamedTuple):
    """Which interactions the ranker learns from, and what its steps read and write.

    ``is_on``: here; else a ranker that is no kernel has learned already.
    """

    is_on: bool
    every: int
    seed: int
    stepping: Stepping


class Run(NamedTuple):
    """What is the same for all acts of a run: what an act is predicted from, and is added to.

    ``weights`` float64[4, n] is what interaction n adds in each model of pairs.
    """

    sessions: tuple[object, ...]
    tables: Tables
    statistics: Statistics
    shown_at: tuple[object, ...]
    counting: tuple[object, ...]
    decays: tuple[object, ...]
    weights: NDArray[np.float64]
    ranked: Ranked


@njit(cache=True)
def is_ranked(events, every):
    """Whether the ranker learns from the next interaction; it does if that is measured."""
    return events < WARM_UP_EVENTS or events % every == 0 or events % MEASURE_EVENTS == 0


@njit(cache=True)
def _lacks(pairs, slots):
    """Whether a table of `Neighbours` may have too little room for one interaction."""
    return pairs[_USED][0] + slots > len(pairs[_IDS])


@njit(cache=True)
def _lacks_room(run, item):
    """Whether some table may have too little room for one interaction: kernels grow none."""
    tables, history, counting = run.tables, run.sessions.table, run.counting
    following, together, circumstances, words = counting.slots
    if _lacks(tables.next_item[0], following) or _lacks(tables.companions[0], together):
        return True
    if _lacks(tables.circumstances[0], circumstances) or _lacks(tables.words[0], words):
        return True
    if tables.content[0][item, 0] >= 0 and counting.words > len(tables.words[1]):
        return True
    return history[_USED][0] + HISTORY_MAX > len(history[_IDS])


@njit(cache=True)
def _tables_of(run, reached, number):
    """Return the tables for act ``number``: the weights of pairs move with each interaction.

    Stamps make the scratch of earlier requests void: each act begins a request of its own.
    """
    old, weights, counted = run.tables, run.weights, reached[0]
    following, together, circumstances = old.next_item, old.companions, old.circumstances
    profile, flow = old.profile, old.flow
    return Tables(
        old.on,
        (following[0], following[1], weights[0, counted]),
        (together[0], weights[1, counted], together[2], together[3] + counted),
        (circumstances[0], circumstances[1], weights[2, counted], circumstances[3] + counted),
        old.cycles,
        old.content,
        (old.words[0], old.words[1], reached[4], weights[3, counted]),
        old.listed,
        old.interactions,
        old.popular,
        old.newest,
        (profile[0], profile[1], profile[2] + number, profile[3], profile[4]),
        (flow[0], flow[1], flow[2], flow[3] + number, flow[4]),
        old.evidence,
    )


@njit(cache=True)
def _statistics_of(run, reached, session_length, gap_s):
    """Return what features read beside the evidence, after the interactions so far."""
    old, faded = run.statistics, run.decays.faded
    counted, _, day, starts, _, repeat_rate = reached
    return Statistics(
        old.counts,
        (old.by_event[0], faded[counted][:BY_EVENT]),
        (old.by_day[0], faded[day][BY_EVENT:BY_DAY]),
        (old.starts[0], faded[starts][BY_DAY:STARTS]),
        old.events + counted,
        repeat_rate,
        float(session_length),
        gap_s,
        old.gone,
        old.gone_context,
    )


@njit(cache=True)
def _is_hit(tables, statistics, history, candidates, item, stepping):
    """Return whether the best list would have contained the chosen item."""
    place = np.flatnonzero(candidates == item)
    if len(place) == 0:
        return False
    rows, context = describe(tables, statistics, history, candidates)
    _, _, biases, moments, weights = stepping
    scores = score_items(rows, context, candidates, biases, moments, weights[0])
    return (scores > scores[place[0]]).sum() < _FIRST


@njit(cache=True)
def _rank(run, tables, statistics, visitor, act, events, steps):
    """One step of the ranker: the item against negatives from the candidates; write the loss."""
    available, publish_ms, expire_ms, _, are_timed, passing = run.shown_at
    shown_at = available, publish_ms, expire_ms, act.time_ms, are_timed, passing
    tables.evidence[5][0] += 1
    tables.evidence[5][1] = 0
    candidates = retrieve(tables, visitor, np.empty(0, dtype=np.int32), shown_at)
    drawn = sample(candidates, act.item, NEGATIVES, run.ranked.seed, events)
    rows, context = describe(tables, statistics, visitor.items, drawn)
    stepping = run.ranked.stepping
    if events % MEASURE_EVENTS == 0:
        act.hit = _is_hit(tables, statistics, visitor.items, candidates, act.item, stepping)
    act.choices = len(drawn)
    if len(drawn) > 0:
        act.loss = learn_choice(rows, context, drawn, stepping, steps)
    return len(drawn) > 0


@njit(cache=True, nogil=True)
def learn_acts(acts, circumstances, run):
    """Learn acts in order; return (how many were, what the run has reached).

    Less than all: some table has too little room for the next one, which has left no trace yet.
    """
    table, profiles, gap_s = run.sessions
    reached = 0, 0, 0, 0, run.tables.words[2], run.statistics.repeat_rate
    for i in range(len(acts)):
        act = acts[i]
        rows, session, seconds = (act.visitor, act.account), act.session, act.seconds
        past = read_history(table, profiles, rows, seconds, session, gap_s, True)
        items, ages_s, interactions, in_session, refused, length, since_s = past
        # looking twice at the same page says nothing of what comes next
        counts = act.is_positive and not (len(items) > 0 and items[0] == act.item)
        if counts and _lacks_room(run, act.item):
            return i, reached
        begins = enter_session(table, profiles, act.row, seconds, session, gap_s)
        if not counts:
            continue
        asked = circumstances[i, 0][: act.asked]
        visitor = Visitor(items, ages_s, interactions, in_session, refused, asked)
        tables, events = _tables_of(run, reached, i), run.counting.events + reached[0]
        if run.ranked.is_on and is_ranked(events, run.ranked.every):
            statistics = _statistics_of(run, reached, length, since_s)
            steps = reached[1]
            steps += _rank(run, tables, statistics, visitor, act, events, steps)
            reached = reached[0], steps, reached[2], reached[3], reached[4], reached[5]
        named = circumstances[i, 1][: act.named]
        reached = count_interaction(
            tables, run.counting, run.decays, reached, visitor, named, act.item, i + 1, begins
        )
        add_item(table, act.row, act.item, seconds, 1)
        act.is_counted = True
    return len(acts), reached
