"""The base of every model over the catalogue: River's API outside, dense item indices inside."""

from __future__ import annotations

from collections.abc import Generator, Hashable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.river_parts import Ranker

Made = TypeVar("Made")

CAPACITY_START = 1024
"""Rows that item arrays begin with; they double, so their size depends only on the item count."""

HISTORY_MAX = 200
"""Distinct items that a visitor's history holds."""


STEP_BYTES = 4_000_000
"""Bytes of a large array that are copied in one step: a few milliseconds in new memory."""


def grown(array: NDArray[Any], rows: int, fill: float = 0) -> NDArray[Any]:
    """Return ``array`` with at least ``rows`` rows, new ones ``fill``.

    >>> grown(np.ones(2), 3)
    array([1., 1., 0.])
    """
    return done(growing(array, rows, fill))


def done(steps: Generator[None, None, Made]) -> Made:
    """Take all ``steps``, and return what the last one returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            made: Made = end.value
            return made


def growing(array: NDArray[Any], rows: int, fill: float = 0) -> Generator[None, None, NDArray[Any]]:
    """Do the same in steps; ``array`` may be read between them, but not changed."""
    if len(array) >= rows:
        return array
    larger = np.zeros((rows, *array.shape[1:]), dtype=array.dtype)
    stop = rows if fill else len(array)  # memory of zeros costs nothing until it is written
    step = max(1, STEP_BYTES * len(larger) // max(1, larger.nbytes))
    for start in range(0, stop, step):
        end = min(start + step, stop)
        larger[start:end] = fill
        copied = array[start:end]
        larger[start : start + len(copied)] = copied
        yield
    return larger


class ItemModel(Ranker):
    """A model of what follows what, over items numbered 0, 1, 2, …

    The engine numbers the items itself and calls `learn` and `accumulate` with arrays. The
    methods that River fixes (`learn_one`, `predict_one`) take any hashable user and item: they
    number them in order of appearance and keep each user's history here, newest first.

    ``_item_arrays`` names the arrays with one row an item; ``_state`` names all of the state.
    """

    _item_arrays: tuple[str, ...] = ()
    _empty = 0
    """The value in the item arrays of a new row."""
    _state: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._histories: dict[Hashable, list[int]] = {}

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        done(self.reserving(rows))

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Do the same in steps; the model may be read between them."""
        for name in self._item_arrays:
            larger = yield from growing(getattr(self, name), rows, self._empty)
            setattr(self, name, larger)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the state of ``items``, whose numbers will be reused."""
        for name in self._item_arrays:
            getattr(self, name)[items] = 0

    def forgetting(self, items: NDArray[np.int32]) -> Generator[None, None, None]:
        """Do the same in steps; the model may be read between them."""
        self.forget(items)
        yield

    def state(self) -> dict[str, Any]:
        """Return the whole state by name, not copied."""
        return {name: getattr(self, name) for name in self._state}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        for name in self._state:
            setattr(self, name, state[name])

    def learn(self, history: NDArray[np.int32], item: int, **context: Any) -> None:
        """Learn that a visitor with this history (newest first) interacted with ``item``."""
        raise NotImplementedError

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return how strongly this history points to ``item``; reading changes nothing."""
        raise NotImplementedError

    def learn_one(self, user: Hashable, item: Hashable, y: Any = True, x: Any = None) -> None:
        """River's API: ``user`` interacted with ``item``; a reward of 0 or less is ignored."""
        if not y > 0:
            return
        number = self._numbers.setdefault(item, len(self._numbers))
        if number >= CAPACITY_START:
            self.reserve(1 << number.bit_length())
        history = self._histories.setdefault(user, [])
        self.learn(np.array([i for i in history if i != number], dtype=np.int32), number)
        self._histories[user] = [number, *(i for i in history if i != number)][:HISTORY_MAX]

    def predict_one(self, user: Hashable, item: Hashable, x: Any = None) -> Any:
        """River's API: how strongly the user's history points to ``item``; 0 if unknown."""
        number = self._numbers.get(item)
        if number is None:
            return 0.0
        history = np.array(self._histories.get(user, ()), dtype=np.int32)
        return float(self.predict(history, number))
