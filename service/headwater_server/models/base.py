"""The base of every model over the catalogue: River's API outside, dense item indices inside."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import reco

CAPACITY_START = 1024
"""Rows that item arrays begin with; they double, so their size depends only on the item count."""

HISTORY_MAX = 200
"""Distinct items that a visitor's history holds."""


def grown(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return ``array`` with at least ``rows`` rows, new ones zero.

    >>> grown(np.ones(2), 3)
    array([1., 1., 0.])
    """
    if len(array) >= rows:
        return array
    larger = np.zeros((rows, *array.shape[1:]), dtype=array.dtype)
    larger[: len(array)] = array
    return larger


class ItemModel(reco.base.Ranker):
    """A model of what follows what, over items numbered 0, 1, 2, …

    The engine numbers the items itself and calls `learn` and `accumulate` with arrays. The
    methods that River fixes (`learn_one`, `predict_one`) take any hashable user and item: they
    number them in order of appearance and keep each user's history here, newest first.

    ``_item_arrays`` names the arrays with one row an item; ``_state`` names all of the state.
    """

    _item_arrays: tuple[str, ...] = ()
    _state: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._histories: dict[Hashable, list[int]] = {}

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        for name in self._item_arrays:
            setattr(self, name, grown(getattr(self, name), rows))

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the state of ``items``, whose numbers will be reused."""
        for name in self._item_arrays:
            getattr(self, name)[items] = 0

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
