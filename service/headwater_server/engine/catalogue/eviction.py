"""Which rows a full table removes first: what anybody can write, before what a shop confirms."""

from __future__ import annotations

from collections.abc import Sequence

ORDINARY, CLAIMED, CONFIRMED = range(3)
"""Classes of rows: of one click; of purchases and the like that a page alone reports (its key is
public); and of those that a backend confirms."""

CLASSES = 3
RESERVE = 0.10
"""Share of a table that stays for ordinary rows, and for claimed ones, however many others come."""
CLAIMED_MAX = 0.25
"""Share of a table up to which claims protect a row: a flood of claims pushes out itself."""


def evicted_class(counts: Sequence[int], most: int) -> int:
    """Return the class whose oldest rows make room in a table of ``most`` rows.

    >>> evicted_class((900, 60, 40), 1_000), evicted_class((90, 210, 700), 1_000)
    (0, 1)
    >>> evicted_class((90, 60, 850), 1_000), evicted_class((500, 400, 100), 1_000)
    (2, 1)
    """
    ordinary, claimed, _ = counts
    if claimed > CLAIMED_MAX * most:
        return CLAIMED
    if ordinary > RESERVE * most:
        return ORDINARY
    if claimed > RESERVE * most:
        return CLAIMED
    return max(c for c in range(CLASSES) if counts[c])
