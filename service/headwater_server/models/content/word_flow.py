"""Which words follow which: evidence by content, also for items without any interaction."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.models import evidence as ev
from headwater_server.models.content.content import Content
from headwater_server.models.content.word_lifts import (
    COUNTED,
    REACH,
    count_words,
    find_words,
    propose_found,
    score_words,
)
from headwater_server.models.covisitation.neighbours import Neighbours
from headwater_server.models.fading import FadingModel


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
        places = REACH * COUNTED * self.row_max + 1  # one behind all words that can be met
        flow, lifts = np.zeros(places, dtype=np.float32), np.zeros((places, 2))
        marks = np.zeros(words + 1, dtype=np.int64)  # the last is for no word, and never met
        met, stamp = np.zeros(places, dtype=np.int32), np.zeros(2, dtype=np.int64)
        self.scratch = flow, lifts, marks, met, stamp

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
    def arrays(self) -> tuple[tuple[Any, ...], NDArray[np.float32]]:
        """The arrays among these."""
        return self._pairs.table, self._totals

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the mean lift of the words of ``item`` after ``history``."""
        evidence = ev.Evidence()
        evidence.begin(len(self.content.tokens))
        lifts = np.zeros((2, 1), dtype=np.float32)
        find_words(self.counted, self.content.tokens, history, self.scratch)
        propose_found(self.content.listed, self.scratch, evidence.scratch)
        wanted = np.array([item], dtype=np.int32)
        score_words(self.content.tokens, wanted, self.scratch, lifts)
        return float(lifts[0, 0])

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
