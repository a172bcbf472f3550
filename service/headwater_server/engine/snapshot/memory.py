"""How much memory a tree of objects takes: measured, not counted, from a sample of each container.

An object that several others refer to counts once: each reference counts a share of it.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Reversible
from itertools import islice
from typing import Any

import numpy as np

SAMPLE = 48
"""Elements of a container that are measured: half of them its oldest, half its newest."""
ROWS = 256  # of an array, of which one that is not zero shows that it is in use
UNUSED = 0.05  # of its pools, that Python's allocator keeps for later objects
OURS = ("headwater_server", "river", "sortedcontainers", "collections")
PARTS_DEPTH = 2
_OWN_REFERENCES = 4
"""References of this module to the object that it measures."""


def memory_bytes(root: Any) -> int:
    """Return an estimate of the memory of ``root`` and all that it refers to.

    >>> a = [str(number) * 10 for number in range(1_000)]
    >>> 50_000 < memory_bytes(a) < 120_000
    True
    """
    return round(sum(measuring(root)))


def measuring(root: Any) -> Iterator[float]:
    """Yield what each part of ``root`` takes; the caller may pause between two, and sums them."""
    for size in _Walk().parts(root, PARTS_DEPTH):
        yield (1 + UNUSED) * size


class _Walk:
    """Measures each container once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def parts(self, thing: Any, depth: int) -> Iterator[float]:
        """Yield the sizes of an object's fields, and of theirs, ``depth`` deep."""
        fields = getattr(thing, "__dict__", None)
        if not depth or fields is None or not _is_ours(thing):
            yield self.size(thing)
        elif id(thing) not in self._seen:
            self._seen.add(id(thing))
            yield float(_rounded(thing) + _rounded(fields))
            for value in list(fields.values()):
                yield from self.parts(value, depth - 1)

    def size(self, thing: Any) -> float:
        match thing:
            case None | bool() | type():
                return 0.0
            case np.ndarray():
                return self._once(thing, lambda: float(_resident(thing)))
            case str() | bytes() | int() | float():
                return _rounded(thing) / max(1, sys.getrefcount(thing) - _OWN_REFERENCES)
            case array():
                return float(_rounded(thing))
            case Mapping() | list() | tuple() | set() | frozenset():
                return self._once(thing, lambda: self._container(thing))
        if not _is_ours(thing):
            return 0.0
        return self._once(thing, lambda: self._fields(thing))

    def _once(self, thing: Any, measure: Any) -> float:
        if id(thing) in self._seen:
            return 0.0
        self._seen.add(id(thing))
        return float(measure())

    def _container(self, container: Any) -> float:
        own, count = float(_rounded(container)), len(container)
        if not count:
            return own
        sampled = _sample(container)
        inner = sum(self.size(part) for part in sampled)
        if isinstance(container, Mapping):
            inner += sum(self.size(container[key]) for key in sampled)
        return own + inner * count / len(sampled)

    def _fields(self, thing: Any) -> float:
        own = float(_rounded(thing))
        fields = getattr(thing, "__dict__", None)
        names = () if fields is not None else _slots(type(thing))
        values = [getattr(thing, name) for name in names if hasattr(thing, name)]
        return own + (self.size(fields) if fields is not None else sum(map(self.size, values)))


def _is_ours(thing: Any) -> bool:
    return type(thing).__module__.partition(".")[0] in OURS and not callable(thing)


def _rounded(thing: Any) -> int:
    """Return an object's size as it is allocated, in units of 16 bytes."""
    return (sys.getsizeof(thing) + 15) // 16 * 16


def _slots(kind: type) -> Iterable[str]:
    return (name for each in kind.__mro__ for name in getattr(each, "__slots__", ()))


def _sample(container: Collection[Any]) -> list[Any]:
    if len(container) <= SAMPLE:
        return list(container)
    if isinstance(container, list | tuple):
        return list(container[:: max(1, len(container) // SAMPLE)])
    first = list(islice(container, SAMPLE // 2))
    if isinstance(container, Reversible):
        first += islice(reversed(container), SAMPLE // 2)
    return first


def _resident(values: np.ndarray[Any, Any]) -> int:
    """Return the bytes of an array up to the last that is not zero, at least half.

    Memory of zeros that was never written takes no room, and arrays grow by doubling.
    """
    if values.base is not None:
        return 0
    if values.nbytes < 1 << 16:
        return values.nbytes + 112
    flat = values.reshape(len(values), -1)
    low, high = len(flat) // 2, len(flat)
    while high - low > max(1, len(flat) // 256):  # one row is halved no further
        middle = (low + high) // 2
        some = flat[middle : high : max(1, (high - middle) // ROWS)]
        low, high = (middle, high) if some.any() else (low, middle)
    return values.nbytes * high // len(flat)
