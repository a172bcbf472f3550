"""Checks of the counts that rates are estimated from."""

from __future__ import annotations

from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, at_least, column


def counts_of(acts: ArrayLike, seen: ArrayLike) -> tuple[Floats, Floats]:
    """Return both as columns. Raises ValueError for what no item can have.

    >>> [part.tolist() for part in counts_of([1], [2])]
    [[1.0], [2.0]]
    """
    acted = column("acts", acts)
    shown = column("seen", seen, len(acted))
    at_least("acts", acted, 0.0)
    if (acted > shown).any():
        raise ValueError("acts has an item with more acts than seen")
    return acted, shown
