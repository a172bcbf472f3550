"""One kernel over plain questions, one after the other, as `reranking.answering.answer` each.

The tables are handed over once for all, and code and tables stay in the processor's caches.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.reranking.answering import Draw, answer
from headwater_server.models.evidence import begin_another


class Asked(NamedTuple):
    """Questions by column.

    ``rows`` int64[n, 2] of visitor and account, ``sessions`` int64[n] the keys, ``slots`` int64[n],
    ``tempers`` float64[n, 2] of epsilon and temperature, ``seeds`` uint64[n]; ``named`` int32 has
    the context items, the rows of the circumstances and the barred items of one question after the
    other; ``ends`` int64[n, 3] where each of them ends.
    """

    rows: NDArray[np.int64]
    sessions: NDArray[np.int64]
    slots: NDArray[np.int64]
    tempers: NDArray[np.float64]
    seeds: NDArray[np.uint64]
    named: NDArray[np.int32]
    ends: NDArray[np.int64]


class Slots(NamedTuple):
    """What the kernel writes: counts of candidates, items in the history, filled slots, int64[n].

    Then the items in the slots int32[n, most], propensities and scores float64[n, most].
    """

    candidates: NDArray[np.int64]
    history: NDArray[np.int64]
    filled: NDArray[np.int64]
    items: NDArray[np.int32]
    propensities: NDArray[np.float64]
    scores: NDArray[np.float64]

    @classmethod
    def empty(cls, questions: int, most: int) -> Slots:
        """Return room for the slots of ``questions``, at most ``most`` each."""
        counts, shape = np.empty((3, questions), dtype=np.int64), (questions, most)
        items = np.empty(shape, dtype=np.int32)
        return cls(counts[0], counts[1], counts[2], items, np.empty(shape), np.empty(shape))


@njit(cache=True, nogil=True)
def answer_all(  # type: ignore[no-untyped-def]
    tables, statistics, profiles, asked, shown_at, network, out
):
    """Answer each of the questions that `Asked` holds; write to ``out``, which is `Slots`.

    ``profiles`` is (table, acts, seconds now, session gap).
    """
    table, acts, now_s, gap_s = profiles
    begin = 0
    for n in range(len(asked.sessions)):
        if n > 0:
            begin_another(tables.evidence)
        shown, known, end = asked.ends[n]
        rows = asked.rows[n, 0], asked.rows[n, 1]
        reading = table, acts, rows, now_s, asked.sessions[n], gap_s
        asking = reading, asked.named[begin:shown], asked.named[shown:known]
        epsilon, temperature = asked.tempers[n]
        draw = Draw(asked.slots[n], epsilon, temperature, asked.seeds[n])
        barred = asked.named[known:end]
        found, _, length, chosen, propensities, scores = answer(
            tables, statistics, asking, barred, shown_at, network, draw
        )
        out.candidates[n], out.history[n], out.filled[n] = len(found), length, len(chosen)
        for slot in range(len(chosen)):
            out.items[n, slot] = found[chosen[slot]]
            out.propensities[n, slot] = propensities[slot]
            out.scores[n, slot] = scores[slot]
        begin = end
