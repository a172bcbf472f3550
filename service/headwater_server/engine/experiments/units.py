"""Where a unit falls: its bucket in a layer, its arm in an experiment; pure functions of ids."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b

PARTS = 1_000_000
"""Equal parts of a layer; the smallest share that an experiment can have."""
_WORD = 64
_LAYER, _ARM = b"layer", b"arm"

Range = tuple[int, int]
"""Parts of a layer: from the first one on, up to and without the second."""


class Buckets:
    """The bucket of each unit in a layer, from 0 to `PARTS` - 1.

    It is blake2b-64(key = the layer's name, person = "layer", unit) times `PARTS` / 2^64, so that
    other systems can compute it, too.

    >>> buckets = Buckets("default")
    >>> buckets.of("ann"), buckets.of("bob")
    (93662, 974421)
    """

    def __init__(self, layer: str) -> None:
        self._begun = blake2b(digest_size=8, key=layer.encode(), person=_LAYER)

    def of(self, unit: str) -> int:
        """Return the unit's bucket."""
        return _number(self._begun, unit) * PARTS >> _WORD


class Draws:
    """The arm of each unit: blake2b-64(key = salt, person = "arm", unit) / 2^64 among the weights.

    >>> draws = Draws("first", (0.5, 0.5))
    >>> [draws.arm(unit) for unit in ("ann", "bob", "eve", "dan")]
    [1, 0, 0, 0]
    """

    def __init__(self, salt: str, weights: Sequence[float]) -> None:
        self._begun = blake2b(digest_size=8, key=salt.encode(), person=_ARM)
        ends, total = [], 0.0
        for weight in weights[:-1]:
            total += weight
            ends.append(total)
        self._ends = ends  # the last arm has all above

    def arm(self, unit: str) -> int:
        """Return the place of the unit's arm."""
        return bisect_right(self._ends, _number(self._begun, unit) / (1 << _WORD))


def _number(begun: blake2b, unit: str) -> int:
    hashing = begun.copy()  # with the key in it: half of the time
    hashing.update(unit.encode("utf-8", "surrogatepass"))
    return int.from_bytes(hashing.digest(), "big")


def free_parts(taken: Sequence[Range]) -> list[Range]:
    """Return the parts of a layer that no range holds.

    >>> free_parts([(500_000, 700_000), (0, 100_000)])
    [(100000, 500000), (700000, 1000000)]
    """
    free, at = [], 0
    for start, end in sorted(taken):
        if start > at:
            free.append((at, start))
        at = max(at, end)
    if at < PARTS:
        free.append((at, PARTS))
    return free


def allotted(share: float, taken: Sequence[Range]) -> tuple[Range, ...] | None:
    """Return ranges for a share of a layer, None if less than that is free.

    >>> allotted(0.5, [(100_000, 600_000)])
    ((0, 100000), (600000, 1000000))
    >>> allotted(0.6, [(0, 500_000)]) is None
    True
    """
    wanted, ranges = max(1, round(share * PARTS)), []
    for start, free in free_parts(taken):
        end = min(free, start + wanted)
        ranges.append((start, end))
        wanted -= end - start
        if not wanted:
            return tuple(ranges)
    return None
