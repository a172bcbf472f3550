"""The lift of words after others: computed from the flow of words, counted, and read by items.

``scratch`` = (flow, lifts, marks, met, stamp). Words met in this request have places 0, 1, 2, …:
``flow``, ``lifts`` float64[places, 2] = (lift, log(1 + lift)) and ``met``, the words, are by place.
``marks`` int64[words + 1] are stamp and place in one (see `evidence`); ``stamp``: (now, words met).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models import evidence as ev
from headwater_server.models.covisitation.neighbours import claim_slot, find_slot
from headwater_server.models.logarithms import ln
from headwater_server.models.splitmix import uniform

REACH, COUNTED = 2, 8
PROPOSERS = 6
OUT, IN = 0, 1
LIFT, GAIN = 0, 1


@njit(cache=True, _nrt=False)
def count_words(counted, draws, tokens, history, item):
    """Add the flow from each word of ``history`` to each of ``item``; return the sum of 2^-z."""
    table, totals, _, weight = counted
    row_max, seed, count = draws
    values = table[4]
    if tokens[item, 0] < 0:
        return 0.0  # an item without words: nothing flows into any
    flow = 0.0
    for z in range(min(REACH, len(history))):
        flow += 0.5**z
        # eight words an item: pairs of words grow with the square
        near = np.float32(weight * 0.5**z)
        for i in range(COUNTED):
            before = tokens[history[z], i]
            if before < 0:
                break
            totals[before, OUT] += near
            for j in range(COUNTED):
                after = tokens[item, j]
                if after < 0:
                    break
                draw = uniform(seed, (count * REACH + z) * COUNTED * COUNTED + i * COUNTED + j)
                slot = claim_slot(table, before, after, near, row_max, draw)
                if slot >= 0:
                    values[slot, 0] += near
        for j in range(COUNTED):
            if tokens[item, j] < 0:
                break
            totals[tokens[item, j], IN] += near
    return flow


@njit(cache=True, _nrt=False)
def _flow(counted, tokens, history, scratch):
    """Write into ``flow`` how likely each word comes next; return how many words were met."""
    table, totals, _, weight = counted
    flow, _, marks, met, stamp = scratch
    start, size, _, ids, values, _, _, _ = table
    if stamp[0] == ev.STAMPS - 1:
        marks[:], stamp[0] = 0, 0
    stamp[0] += 1
    n, begin = np.int64(0), stamp[0] << ev.STAMP
    for z in range(min(REACH, len(history))):
        length = 0
        while length < COUNTED and tokens[history[z], length] >= 0:
            length += 1
        for i in range(length):
            before = tokens[history[z], i]
            if before >= len(totals):
                continue  # a new word: no interaction was learned since it came
            share = np.float32(0.5**z / (length * (totals[before, OUT] + 2.0 * weight)))
            first = np.uint64(start[before])
            for slot in range(first, first + np.uint64(size[before])):
                after = np.uint64(ids[slot])
                # as in `evidence.add_rows`: the next place is cleared whether it is needed or not
                flow[np.uint64(n)] = np.float32(0.0)
                met[np.uint64(n)] = after
                mark = marks[after]
                is_new = mark < begin
                mark = begin + n if is_new else mark
                marks[after] = mark
                flow[np.uint64(mark & ev.ROW)] += share * values[slot, 0]
                n += is_new
    return n


@njit(cache=True, error_model="numpy", _nrt=False)  # as `profile_similarity.score_items`
def _write_lifts(flow, met, totals, mass, weight, lifts):
    """Write the lift of each word met, log(1 + lift) beside it; the place after them has 0."""
    for i in range(np.uint64(len(met))):
        word = np.uint64(met[i])
        lifts[i, LIFT] = flow[i] * mass / (totals[word, IN] + 3.0 * weight)
    for i in range(len(met)):
        lifts[i, GAIN] = ln(1.0 + lifts[i, LIFT])
    lifts[len(met)] = 0.0


@njit(cache=True)
def find_words(counted, tokens, history, scratch):
    """Compute the flow from ``history``; put the words of most lift first among those met."""
    _, totals, mass, weight = counted
    flow, lifts, _, met, stamp = scratch
    stamp[1] = _flow(counted, tokens, history, scratch)
    met = met[: stamp[1]]
    _write_lifts(flow, met, totals, mass, weight, lifts)
    worth = lifts[: len(met), LIFT].astype(np.float32)
    # selection of six, which leaves the other words unsorted
    for i in range(min(PROPOSERS, len(met))):
        best = i
        for j in range(i + 1, len(met)):
            if worth[j] > worth[best]:
                best = j
        met[i], met[best] = met[best], met[i]
        worth[i], worth[best] = worth[best], worth[i]


@njit(cache=True, _nrt=False)
def propose_found(listed, scratch, evidence):
    """Propose the newest items of the words that `find_words` has put first."""
    (_, lifts, marks, met, stamp), out, rows = scratch, evidence[0], evidence[4]
    postings, filled = listed
    for word in met[: min(PROPOSERS, stamp[1])]:
        worth = np.float32(lifts[np.uint64(marks[word] & ev.ROW), LIFT])
        gain = np.float32(ln(1.0 + worth))
        newest = postings[word, : min(filled[word], postings.shape[1])]
        ev.add_rows(evidence, newest, 0)
        for k in range(np.uint64(len(newest))):
            out[np.uint64(rows[k]), ev.WORDS] += gain


@njit(cache=True, _nrt=False)
def may_be_met(counted, tokens, history, word):
    """Whether `find_words` meets ``word``, without which it proposes no item for it."""
    table, totals = counted[0], counted[1]
    for z in range(min(REACH, len(history))):
        for i in range(COUNTED):
            before = tokens[history[z], i]
            if before < 0:
                break
            if before < len(totals) and find_slot(table, before, word) >= 0:
                return True
    return False


@njit(cache=True, _nrt=False)
def is_of_found(listed, scratch, item):
    """Whether `propose_found` proposes ``item``."""
    met, stamp, (postings, filled) = scratch[3], scratch[4], listed
    for word in met[: min(PROPOSERS, stamp[1])]:
        if ev.has(postings[word, : min(filled[word], postings.shape[1])], item):
            return True
    return False


@njit(cache=True, _nrt=False)
def score_words(tokens, chosen, scratch, out):
    """Write float32[2, n]: mean and largest lift of the words of each of ``chosen``.

    A word that was not met, and no word, have the last place, which is 0: instead of a branch.
    """
    _, lifts, marks, _, stamp = scratch
    begin, none = stamp[0] << ev.STAMP, np.int64(stamp[1])
    last = np.uint64(len(marks) - 1)
    for i in range(np.uint64(len(chosen))):
        item = np.uint64(chosen[i])
        total, best, n = 0.0, 0.0, 0
        for j in range(COUNTED):
            token = tokens[item, j]
            n += token >= 0
            mark = marks[min(np.uint64(token), last)]  # without a sign, -1 is the largest
            place = np.uint64(mark & ev.ROW if mark >= begin else none)
            total += lifts[place, GAIN]
            best = max(best, lifts[place, LIFT])
        out[0, i] = total / max(1, n)
        out[1, i] = 1.0 + best
    for i in range(len(chosen)):
        out[1, i] = ln(out[1, i])
