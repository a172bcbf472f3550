"""The slots of a list: one slot as an object, and all of them by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.messages.names import Names, names_of

Numbers = NDArray[np.float64]


class Result(NamedTuple):
    """One slot of the slate.

    ``probability``: the chance of a rewarded act within the attribution window, None until
    enough impressions were reported. ``propensity``: the chance that the policy put this item
    into this slot, given the slots before it. ``probability_low`` and ``probability_high``:
    the bounds of 90 % of the probability's posterior. They and the ``contributions`` by family of
    features (see `families`), which sum to the score, are present only with ``explain``.
    ``first_slot_propensity``: the chance of the first slot, only if requested.
    """

    item_id: str
    score: float
    probability: float | None
    propensity: float
    sources: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    probability_low: float | None = None
    probability_high: float | None = None
    rules: tuple[str, ...] = ()
    contributions: tuple[tuple[str, float], ...] = ()
    explanation: str = ""
    first_slot_propensity: float | None = None


_EXPLAINED = tuple(Result._field_defaults[name] for name in Result._fields[4:-1])
"""The fields that only an explanation sets, without one."""


class Results(Sequence[Result]):
    """The slots of a list by column, best first; a `Result` is made only when one is read.

    An answer takes its bytes and its token from the columns, so it needs no object for a slot.
    The arrays belong to the list: nothing may write to them later.

    >>> results = Results(["a", "b"], np.array([2.0, 1.0]), np.array([0.5, 1.0]))
    >>> len(results), results[0].item_id, [result.propensity for result in results]
    (2, 'a', [0.5, 1.0])
    >>> results == Results.of(tuple(results))
    True
    """

    __slots__ = (
        "_made",
        "_names",
        "first_slot",
        "item_ids",
        "probabilities",
        "propensities",
        "scores",
    )

    def __init__(
        self,
        item_ids: Sequence[str],
        scores: Numbers,
        propensities: Numbers,
        probabilities: Numbers | None = None,
        first_slot: Numbers | None = None,
    ) -> None:
        """``probabilities`` and ``first_slot``: None if no slot has one."""
        self.item_ids = item_ids
        self.scores = scores
        self.propensities = propensities
        self.probabilities = probabilities
        self.first_slot = first_slot
        self._made: tuple[Result, ...] | None = None
        self._names: Names | None = None

    @classmethod
    def of(cls, results: Sequence[Result]) -> Results:
        """Return the ids, scores and propensities of ``results`` by column."""
        if isinstance(results, Results):
            return results
        scores = np.array([result.score for result in results], np.float64)
        propensities = np.array([result.propensity for result in results], np.float64)
        made = cls([result.item_id for result in results], scores, propensities)
        made._made = tuple(results)
        return made

    @property
    def names(self) -> Names:
        """The items' ids as bytes: the token and the response are written from them."""
        if self._names is None:
            self._names = names_of(self.item_ids)
        return self._names

    def __len__(self) -> int:
        return len(self.item_ids)

    @overload
    def __getitem__(self, place: int) -> Result: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Result, ...]: ...
    def __getitem__(self, place: int | slice) -> Result | tuple[Result, ...]:
        return self._objects()[place]

    def __iter__(self) -> Iterator[Result]:
        return iter(self._objects())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._objects() == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def __repr__(self) -> str:
        return f"Results.of({self._objects()!r})"

    def _objects(self) -> tuple[Result, ...]:
        if self._made is None:
            count = len(self.item_ids)
            chances, first = _values(self.probabilities, count), _values(self.first_slot, count)
            scores, propensities = self.scores.tolist(), self.propensities.tolist()
            rest = ([value] * count for value in _EXPLAINED)
            # every field is given: calling `Result`, which fills in defaults, takes twice as long
            rows = zip(self.item_ids, scores, chances, propensities, *rest, first, strict=True)
            self._made = tuple(map(Result._make, rows))
        return self._made


def _values(column: Numbers | None, count: int) -> list[Any]:
    return [None] * count if column is None else column.tolist()
