"""One kernel over plain questions, one after the other, as `reranking.answering.answer` each.

The tables are handed over once for all, and code and tables stay in the processor's caches.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.ranking.arrays import shown_when, tables_after
from headwater_server.engine.reranking.answering import Draw, answer
from headwater_server.models.evidence import begin_another


class Asked(NamedTuple):
    """Questions by column: few arrays, since each costs as much to hand over as to fill.

    ``numbers`` int64[n, 8]: the rows of visitor and account, the session's key, slots, the seed's
    bits, and where the context items, the rows of the circumstances and the barred items end, which
    ``named`` int32 has of one question after the other. ``tempers`` float64[n, 2]: epsilon and
    temperature.
    """

    numbers: NDArray[np.int64]
    tempers: NDArray[np.float64]
    named: NDArray[np.int32]


class Slots(NamedTuple):
    """What the kernel writes.

    ``counts`` int64[n, 3] of candidates, items in the history, filled slots; the items in the slots
    int32[n, most], propensities and scores float64[n, most].
    """

    counts: NDArray[np.int64]
    items: NDArray[np.int32]
    propensities: NDArray[np.float64]
    scores: NDArray[np.float64]

    @classmethod
    def empty(cls, questions: int, most: int) -> Slots:
        """Return room for the slots of ``questions``, at most ``most`` each."""
        counts, shape = np.empty((questions, 3), dtype=np.int64), (questions, most)
        return cls(counts, np.empty(shape, dtype=np.int32), np.empty(shape), np.empty(shape))


@njit(cache=True, nogil=True)
def answer_all(arrays, present, asked, now, out):  # type: ignore[no-untyped-def]
    """Answer each of the questions that `Asked` holds; write to ``out``, which is `Slots`.

    ``now`` is (seconds, milliseconds).
    """
    tables = tables_after(arrays, present, 0, present.mass)
    shown_at = shown_when(arrays, present, now[1], np.empty(0, dtype=np.bool_))
    begin = 0
    for n in range(len(asked.numbers)):
        if n > 0:
            begin_another(tables.evidence)
        visitor, account, session, slots, seed, shown, known, end = asked.numbers[n]
        who = (visitor, account), now[0], session
        named = asked.named[begin:shown], asked.named[shown:known]
        draw = Draw(slots, asked.tempers[n, 0], asked.tempers[n, 1], np.uint64(seed))
        barred = asked.named[known:end]
        found, _, length, chosen, propensities, scores = answer(
            arrays, present, tables, who, named, barred, shown_at, True, draw
        )
        out.counts[n, 0], out.counts[n, 1], out.counts[n, 2] = len(found), length, len(chosen)
        for slot in range(len(chosen)):
            out.items[n, slot] = found[chosen[slot]]
            out.propensities[n, slot] = propensities[slot]
            out.scores[n, slot] = scores[slot]
        begin = end
