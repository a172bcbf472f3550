"""A cache bounded by the bytes that it keeps, not by the number of its entries."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """Keeps what was used last.

    >>> cache = BoundedCache(bytes_max=10)
    >>> cache.put("a", 1, 4); cache.put("b", 2, 4); cache.get("a")
    1
    >>> cache.put("c", 3, 4)
    >>> cache.get("a"), cache.get("b"), cache.get("c"), cache.nbytes
    (1, None, 3, 8)
    """

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.nbytes = 0
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """Return what was put under ``key``, if it is still kept."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return kept[0]

    def put(self, key: Key, value: Value, nbytes: int) -> None:
        """Keep a value of about ``nbytes``, in place of those not used for longest."""
        if (before := self._kept.pop(key, None)) is not None:
            self.nbytes -= before[1]
        self._kept[key] = (value, nbytes)
        self.nbytes += nbytes
        while self.nbytes > self.bytes_max:
            self.nbytes -= self._kept.popitem(last=False)[1][1]
