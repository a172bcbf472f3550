"""Which words follow which: evidence by content, also for items without any interaction."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models import evidence as ev
from headwater_server.models.content.content import Content
from headwater_server.models.covisitation.neighbours import Neighbours, claim_slot
from headwater_server.models.fading import FadingModel
from headwater_server.models.logarithms import ln
from headwater_server.models.splitmix import uniform

REACH, COUNTED = 2, 8
PROPOSERS = 6
OUT, IN = 0, 1
LIFT, GAIN = 0, 1


@njit(cache=True)
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


@njit(cache=True)
def _flow(counted, tokens, history, scratch):
    """Write into ``flow`` how likely each word comes next; return how many words were met."""
    table, totals, _, weight = counted
    flow, _, stamps, stamp, met = scratch
    start, size, _, ids, values, _, _, _ = table
    n = 0
    for z in range(min(REACH, len(history))):
        length = 0
        while length < COUNTED and tokens[history[z], length] >= 0:
            length += 1
        for i in range(length):
            before = tokens[history[z], i]
            if before >= len(totals):
                continue  # a new word: no interaction was learned since it came
            share = np.float32(0.5**z / (length * (totals[before, OUT] + 2.0 * weight)))
            for slot in range(start[before], start[before] + size[before]):
                after = ids[slot]
                if stamps[after] != stamp:
                    stamps[after] = stamp
                    flow[after] = np.float32(0.0)
                    # never full: `met` has room for every follower of every word counted
                    if n < len(met):
                        met[n] = after
                        n += 1
                flow[after] += share * values[slot, 0]
    return n


@njit(cache=True)
def propose_by_words(counted, tokens, listed, history, scratch, evidence):
    """Compute the flow from ``history``; propose the newest items of the words of most lift."""
    _, totals, mass, weight = counted
    flow, lifts = scratch[:2]
    met = scratch[4][: _flow(counted, tokens, history, scratch)]
    postings, filled = listed
    out = evidence[0]
    worth = np.empty(len(met), dtype=np.float32)
    for i in range(len(met)):
        lift = flow[met[i]] * mass / (totals[met[i], IN] + 3.0 * weight)
        lifts[met[i], LIFT], lifts[met[i], GAIN] = lift, ln(1.0 + lift)
        worth[i] = lift
    # selection of six, which leaves the other words unsorted
    for i in range(min(PROPOSERS, len(met))):
        best = i
        for j in range(i + 1, len(met)):
            if worth[j] > worth[best]:
                best = j
        met[i], met[best] = met[best], met[i]
        worth[i], worth[best] = worth[best], worth[i]
        newest = postings[met[i], : min(filled[met[i]], postings.shape[1])]
        gain = np.float32(ln(1.0 + worth[i]))
        for row in ev.add_rows(evidence, newest, 0):
            out[np.uint64(row), ev.WORDS] += gain


@njit(cache=True)
def score_words(tokens, chosen, scratch, rows):
    """Write float32[n, 2]: mean and largest lift of the words of each of ``chosen``.

    A word that was not met, and no word, have the last row of lifts, which is 0: a branch would be
    mispredicted for every other word.
    """
    _, lifts, stamps, stamp, _ = scratch
    none = np.uint64(len(stamps) - 1)
    for i in range(len(chosen)):
        total, best, n = 0.0, 0.0, 0
        for j in range(COUNTED):
            token = tokens[chosen[i], j]
            n += token >= 0
            place = min(np.uint64(token), none)  # without a sign, -1 is the largest
            row = lifts[place if stamps[place] == stamp else none]
            total += row[GAIN]
            best = max(best, row[LIFT])
        rows[i, 0] = total / max(1, n)
        rows[i, 1] = ln(1.0 + best)


class WordFlow(FadingModel):
    r"""Counts which words of an item are followed by which words of the next one.

    An interaction with $b$ adds $2^{-z}$ to $F_{\tau\sigma}$ for each word $\tau$ of $x_z$ and
    $\sigma$ of $b$, $z < 2$. With $F_{\tau\cdot}$ the flow out of a word, $F_{\cdot\sigma}$ the
    flow into one and $F$ all of it, the lift of a word and the score of an item are

    $$\ell_\sigma = \sum_{z<2} \frac{2^{-z}}{|x_z|} \sum_{\tau \in x_z}
       \frac{F\, F_{\tau\sigma}}{(F_{\tau\cdot} + 2)(F_{\cdot\sigma} + 3)}, \qquad
       s(y) = \frac{1}{|y|} \sum_{\sigma \in y} \log(1 + \ell_\sigma).$$

    An item without any interaction gets evidence from its words alone.

    Parameters
    ----------
    content
        The words of the items; absent: a new model.
    row_max
        Followers kept for a word; a power of two times 8.
    half_life
        Events after which a pair counts half.
    seed
        Seed of the draws that decide which neighbour of a full row is replaced.

    References
    ----------
    A. Schein et al., "Methods and metrics for cold-start recommendations", SIGIR 2002 (items
    represent their attributes; here in a Markov chain over attributes).

    Examples
    --------
    >>> model = WordFlow()
    >>> for item, words in enumerate((["tent"], ["stove"], ["gas", "stove"], ["lamp"])):
    ...     model.content.describe(item, words)
    >>> tent = np.array([0], dtype=np.int32)
    >>> model.learn(tent, 1)
    >>> model.predict(tent, 2) > model.predict(tent, 3) == 0.0
    True
    """

    def __init__(
        self,
        content: Content | None = None,
        row_max: int = 64,
        half_life: float = 20_000.0,
        seed: int = 5,
    ) -> None:
        super().__init__()
        self.content = content if content is not None else Content()
        self.row_max = row_max
        self.half_life = half_life
        self.seed = seed
        self._pairs = Neighbours(columns=1)
        self._pairs_slots = 2 * REACH * COUNTED * self.row_max
        self._totals = np.zeros((len(self._pairs.size), 2), dtype=np.float32)
        self._mass = 0.0
        self.content.on_forgotten.append(self._forget_words)
        self._begin_scratch()

    def _begin_scratch(self) -> None:
        words = len(self._pairs.size)
        self._flow = np.zeros(words, dtype=np.float32)
        self._lifts = np.zeros((words + 1, 2))  # the last is for all words that are not met
        self._stamps = np.zeros(words + 1, dtype=np.int64)
        self._met = np.zeros(REACH * COUNTED * self.row_max, dtype=np.int32)
        self._stamp = 0

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``; words get room when they are learned."""
        yield from self.content.reserving(rows)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Nothing: it counts words, and `Content` reports those that it removes."""

    def _forget_words(self, words: NDArray[np.int64]) -> None:
        """Clear the state of ``words``, whose numbers will be reused."""
        counted = words[words < len(self._totals)]
        if len(counted):
            self._totals[counted] = 0
            self._pairs.forget(counted)

    def learn(self, history: NDArray[np.int32], item: int, **context: Any) -> None:
        """Learn that the words of ``item`` came after those of ``history``."""
        self.make_room(item)
        flow = count_words(self.counted, self.draws, self.content.tokens, history, item)
        self.advance(self._mass + self._weight * flow)

    def make_room(self, item: int) -> None:
        """Make room for what one interaction with ``item`` adds."""
        if self.content.is_described(item):
            self.reserve_words()
            self._make_room_for_pairs()

    def advance(self, mass: float, steps: int = 1) -> None:
        """Count the interactions that `count_words` has added; all flow is ``mass`` now.

        The mass is no array, so it is scaled down here when the arrays are.
        """
        origin, self._mass = self._origin, mass
        self._step(self._pairs.values, self._totals, steps=steps)
        if self._origin != origin:
            self._mass *= 2.0 ** (-(self._origin - origin) / self.half_life)

    @property
    def mass(self) -> float:
        """All flow."""
        return self._mass

    def reserve_words(self) -> None:
        """Make room for all words."""
        words = self.content.room
        if words > len(self._pairs.size):
            self._pairs.reserve(words)
            totals = np.zeros((words, 2), dtype=np.float32)
            totals[: len(self._totals)] = self._totals
            self._totals = totals
            self._begin_scratch()

    @property
    def counted(self) -> tuple[tuple[Any, ...], NDArray[np.float32], float, float]:
        """As kernels take it: (pairs, totals of each word, all of it, what one act adds now)."""
        return self._pairs.table, self._totals, self._mass, self._weight

    @property
    def scratch(self) -> tuple[Any, Any, Any, int, Any]:
        """Words of the present request, as kernels take them: (flow, lifts, stamps, stamp, met).

        ``lifts`` float64[words + 1, 2] = (lift, log(1 + lift)).
        """
        return self._flow, self._lifts, self._stamps, self._stamp, self._met

    def begin(self, requests: int = 1) -> None:
        """Begin the next request; `propose_by_words` then computes its flow."""
        self._stamp += requests

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the mean lift of the words of ``item`` after ``history``."""
        evidence = ev.Evidence()
        evidence.begin(len(self.content.tokens))
        rows = np.zeros((1, 2), dtype=np.float32)
        self.begin()
        args = (self.counted, self.content.tokens, self.content.listed)
        propose_by_words(*args, history, self.scratch, evidence.scratch)
        wanted = np.array([item], dtype=np.int32)
        score_words(self.content.tokens, wanted, self.scratch, rows)
        return float(rows[0, 0])

    def state(self) -> dict[str, Any]:
        """Return the whole state; the words themselves are state of the content."""
        return {
            "pairs": self._pairs.state(),
            "totals": self._totals,
            "mass": self._mass,
            "count": self._count,
            "origin": self._origin,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._pairs.load(state["pairs"])
        self._totals, self._mass = state["totals"], state["mass"]
        self._count, self._origin = state["count"], state["origin"]
        self._begin_scratch()
