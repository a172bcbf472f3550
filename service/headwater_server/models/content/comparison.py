"""What items share with the latest items of a history, for explanations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Comparison:
    """Compares many items with one history; later items of it count more, as in the profile.

    ``tokens`` int32[latest, n] those of each of the ``latest`` items, -1 for none, ``idf`` how rare
    each is; all are below ``count``.
    """

    def __init__(
        self,
        latest: NDArray[np.int32],
        tokens: NDArray[np.int32],
        idf: NDArray[np.float64],
        count: int,
    ) -> None:
        self._latest = latest
        self._tokens = tokens
        self._idf = idf
        self._squares = idf**2
        self._recency = 0.9 ** np.arange(len(tokens))
        self._is_own = np.zeros(count + 1, dtype=np.bool_)  # the last one, of -1, is always False

    def most_similar(self, item: int, own: NDArray[np.int32]) -> tuple[int, list[int]]:
        """Return (place of the most similar one, the tokens that it shares, rarest first).

        ``own`` are the tokens of ``item``, which is not compared with itself. (-1, []): none is.
        """
        self._is_own[own] = True
        shared = self._is_own[self._tokens]
        self._is_own[own] = False
        shared[self._latest == item] = False
        worth = np.where(shared, self._squares, 0.0).sum(axis=1) * self._recency
        if not worth.any():
            return -1, []
        place = int(worth.argmax())
        order = np.argsort(-self._idf[place][shared[place]], kind="stable")
        return place, self._tokens[place][shared[place]][order].tolist()
