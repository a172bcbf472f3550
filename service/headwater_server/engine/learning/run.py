"""A run of acts learned by one kernel: each is predicted, then counted, before the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from headwater_server.engine.learning.acts import NOT_ASKED, OWN_ONLY
from headwater_server.engine.learning.choices import NEGATIVES, sample
from headwater_server.engine.learning.counting import count_interaction
from headwater_server.engine.learning.recording import (
    MEASURE_EVENTS,
    record_candidates,
    record_choice,
)
from headwater_server.engine.learning.repeated import part_for_others
from headwater_server.engine.ranking.arrays import (
    of_strangers,
    shown_when,
    statistics_after,
    tables_after,
)
from headwater_server.engine.ranking.describing import describe
from headwater_server.engine.ranking.list_scores import list_scores
from headwater_server.engine.retrieval.gathering import Visitor, find, select
from headwater_server.engine.retrieval.proposed import is_proposed
from headwater_server.engine.visitors.histories import add_item
from headwater_server.engine.visitors.reading import read_history
from headwater_server.engine.visitors.sessions import enter_session
from headwater_server.models.base import HISTORY_MAX
from headwater_server.models.evidence import begin_another
from headwater_server.models.popularity.strangers import learn_stranger
from headwater_server.models.ranker.list_step import Stepping, learn_choice
from headwater_server.models.ranker.network import score_items

LISTED = 20
"""Items of the best list, among which a chosen one is a hit."""
_IDS, _USED = 3, 7  # in the table of `Neighbours`, and of `Histories`
_SLOTS = 4  # in the constants of a model of pairs


class Ranked(NamedTuple):
    """Which interactions the ranker learns from.

    ``is_on``: here; else a ranker that is no kernel has learned already. It learns from each of the
    ``warm_up`` first ones, and from one in ``every`` afterwards.
    """

    is_on: bool
    warm_up: int
    every: int
    seed: int


@njit(cache=True)
def is_ranked(events, warm_up, every):
    """Whether the ranker learns from the next interaction; it does if that is measured."""
    return events < warm_up or events % every == 0 or events % MEASURE_EVENTS == 0


@njit(cache=True)
def _lacks(pairs, slots):
    """Whether a table of `Neighbours` may have too little room for one interaction."""
    return pairs[_USED][0] + slots > len(pairs[_IDS])


@njit(cache=True)
def _lacks_room(arrays, item):
    """Whether some table may have too little room for one interaction: kernels grow none."""
    following, together, circumstances, words = arrays.constants
    if _lacks(arrays.next_pairs, following[_SLOTS]) or _lacks(
        arrays.together_pairs, together[_SLOTS]
    ):
        return True
    if _lacks(arrays.circumstance_pairs, circumstances[_SLOTS]) or _lacks(
        arrays.word_pairs, words[_SLOTS]
    ):
        return True
    # words that came since an act had any
    if arrays.tokens[item, 0] >= 0 and len(arrays.token_logs) > len(arrays.word_totals):
        return True
    return arrays.histories[_USED][0] + HISTORY_MAX > len(arrays.histories[_IDS])


@njit(cache=True)
def _statistics(arrays, present, reached, session_length, gap_s):
    """Return what features read beside the evidence, after the interactions so far."""
    times = reached.by_event, reached.by_day, reached.starts
    events = present.events + reached.counted
    return statistics_after(arrays, times, events, reached.repeat_rate, session_length, gap_s)


@njit(cache=True)
def _stepping(arrays, present):
    """Return what a step of the ranker reads and writes."""
    rates = present.rates
    single = np.float32(rates[0]), np.float32(rates[1]), np.float32(rates[2])
    return Stepping(single, present.taken, arrays.biases, arrays.moments, arrays.weights)


@njit(cache=True)
def _scores(tables, statistics, history, candidates, stepping):
    """Return the scores of candidates, as `reranking.answering.answer` does."""
    features, context = describe(tables, statistics, history, candidates)
    _, _, biases, moments, weights = stepping
    return score_items(features, context, candidates, biases, moments, weights[0])


@njit(cache=True)
def _is_hit(scores, candidates, item):
    """Return whether the best list would have contained the chosen item."""
    place = np.flatnonzero(candidates == item)
    return len(place) > 0 and (scores > scores[place[0]]).sum() < LISTED


@njit(cache=True)
def _rank_of(scores, candidates, item):
    """Return the place of ``item`` on the best list, from 1; 0 if it is not there.

    Equal scores are in the order of the candidates.
    """
    for place in range(len(candidates)):
        if candidates[place] == item:
            rank, score = 1, scores[place]
            for i in range(len(scores)):
                rank += scores[i] > score or (scores[i] == score and i < place)
            return rank if rank <= LISTED else 0
    return 0


@njit(cache=True, inline="always")  # a kernel of its own would be compiled once more
def _rank(arrays, tables, statistics, visitor, found, ranked, stepping, act, at, rest):
    """One step of the ranker: the item against negatives from the candidates; write the loss.

    ``found`` are the candidates, and their scores if they are known. Return the steps so far: there
    is none if the item was no candidate. ``at`` is (events, steps); ``rest``: where rows are
    recorded, from which other rankers learn, the place of the act there, and how much others learn
    from it.
    """
    (candidates, scores), (events, steps), (recorded, place, weight) = found, at, rest
    is_measured = events % MEASURE_EVENTS == 0
    drawn = sample(candidates, act.item, NEGATIVES, ranked.seed, events)
    act.choices = len(drawn)
    if len(candidates) == 0:
        act.hit = 0 if is_measured else act.hit
        return steps
    features, context = describe(tables, statistics, visitor.items, drawn)
    if is_measured and len(scores) < len(candidates):
        scores = _scores(tables, statistics, visitor.items, candidates, stepping)
    if is_measured:
        shown = list_scores(arrays, tables, visitor.items, candidates, scores)
        act.hit = _is_hit(shown, candidates, act.item)
    if len(recorded.counts) > 0:
        if is_measured:
            rows = describe(tables, statistics, visitor.items, candidates)[0]
            record_candidates(recorded, place, candidates, rows)
        record_choice(recorded, place, drawn, features, context, act.weight)
    if len(drawn) > 0:
        if len(visitor.items) == 0:  # also while the settings leave it out: it is back at once
            _, _, biases, moments, weights = stepping
            own = score_items(features, context, drawn, biases, moments, weights[0])
            learn_stranger(of_strangers(arrays), drawn, own, weight)
        act.loss = learn_choice(features, context, drawn, stepping, steps, act.weight)
        steps += 1
    return steps


@njit(cache=True, inline="always")
def _look(arrays, present, tables, visitor, statistics, act, stepping):
    """Return (candidates, the ranker's scores if the act is asked about); then write its rank.

    What no source proposes is no candidate, whatever the others: then there are none.
    """
    is_asked, nothing = act.barred != NOT_ASKED, np.empty(0, dtype=np.int32)
    candidates, scores = nothing, np.empty(0)
    is_wanted, has_found = is_asked, False
    if not is_asked:
        is_wanted, has_found = is_proposed(tables, visitor, act.item)
    if is_wanted:
        if not has_found:
            find(tables, visitor)
        shown_at = shown_when(arrays, present, act.time_ms, np.empty(0, dtype=np.bool_))
        candidates = select(tables, visitor, nothing, shown_at)
    if is_asked and len(candidates) >= LISTED:
        scores = _scores(tables, statistics, visitor.items, candidates, stepping)
        shown = list_scores(arrays, tables, visitor.items, candidates, scores)
        act.rank = _rank_of(shown, candidates, act.item)
    return candidates, scores


@njit(cache=True)
def _bars_another(act, items):
    """Whether the question before an act bars another item than the visitor's latest."""
    return act.barred >= 0 and not (len(items) > 0 and items[0] == act.barred)


@njit(cache=True)
def _weigh(table, act, items):
    """Return whether an act is entered in the history, whether others learn from it, how much.

    Looking twice at the same page says nothing of what comes next.
    """
    is_new = act.weight > 0 and not (len(items) > 0 and items[0] == act.item)
    weight = act.weight * part_for_others(table, act) if is_new else 0.0
    return is_new, weight > OWN_ONLY, weight


@njit(cache=True, nogil=True)
def learn_acts(acts, circumstances, arrays, present, reached, ranked, recorded):
    """Learn acts in order; return (how many were, the fields of `Reached`).

    ``reached`` is what acts before these have, since ``present`` was made. Less than all: some
    table has too little room for the next one, or what is asked before it needs more than this
    kernel. It has left no trace yet. The rank of an act that is asked about is that on the list
    that its visitor gets just before it. What other rankers learn from is a held `Recorded`.
    """
    gap_s, stepping, done = present.gap_s, _stepping(arrays, present), len(acts)
    table, profiles = arrays.histories, (arrays.last_s, arrays.session_start_s, arrays.session_keys)
    for i in range(len(acts)):
        act = acts[i]
        session, seconds = act.session, act.seconds
        past = read_history(
            table, profiles, (act.visitor, act.account), seconds, session, gap_s, True
        )
        items, ages_s, interactions, in_session, refused, length, since_s = past
        is_new, counts, weight = _weigh(table, act, items)
        if (is_new and _lacks_room(arrays, act.item)) or _bars_another(act, items):
            done = i
            break
        events, steps = present.events + reached.counted, reached.steps
        learns = counts and ranked.is_on and is_ranked(events, ranked.warm_up, ranked.every)
        asked, named = circumstances[i, 0][: act.asked], circumstances[i, 1][: act.named]
        visitor = Visitor(items, ages_s, interactions, in_session, refused, asked)
        tables = tables_after(arrays, present, reached.counted, reached.mass)
        if learns or act.barred != NOT_ASKED:
            begin_another(tables.evidence)  # each act begins a request of its own
            statistics = _statistics(arrays, present, reached, length, since_s)
            found = _look(arrays, present, tables, visitor, statistics, act, stepping)
            if act.barred != NOT_ASKED and len(found[0]) < LISTED:
                done = i  # the list needs more
                break
            if learns:
                at, rest = (events, steps), (recorded, i, weight)
                steps = _rank(
                    arrays, tables, statistics, visitor, found, ranked, stepping, act, at, rest
                )
        act.weight = weight  # only now: the ranker learns the whole act, what is counted is a part
        begins = enter_session(table, profiles, act.row, seconds, session, gap_s)
        if counts:
            reached = count_interaction(
                arrays,
                present,
                tables,
                reached,
                steps,
                visitor,
                named,
                act.item,
                weight,
                seconds,
                begins,
            )
            act.is_counted = True
        if is_new:
            add_item(table, act.row, act.item, seconds, 1)
    counted, steps, by_event, by_day, starts, mass, rate = reached
    return done, (counted, steps, by_event, by_day, starts, mass, rate)
