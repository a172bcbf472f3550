"""Whether a caller is heavy: it uses much of the processor, and another one uses little."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

HEAVY_S = 0.4  # of recent use: two fifths of the processor
HEAVIER = 4  # times what the caller with the least use used
BESIDE_S = 1.0  # so long after that one's call, others are compared with it
NOTED_S = 0.1  # of recent use: less is too little to give way
LIGHTER = 2  # times less is clearly less; the uses of equal callers differ, too


class User(Protocol):
    """Something that knows its recent use."""

    def use_s(self, at_s: float) -> float:
        """Return the seconds of CPU used recently."""


One = TypeVar("One", bound=User)


class Beside(Generic[One]):
    """Knows the caller who uses least of those that call now.

    >>> class Used(float):
    ...     def use_s(self, at_s): return float(self)
    >>> beside, flood, shop = Beside(), Used(2.0), Used(0.1)
    >>> beside.arrived(flood, 0.0); beside.is_heavy(flood, 0.0)
    False
    >>> beside.arrived(shop, 0.0); beside.is_heavy(flood, 0.0), beside.is_heavy(shop, 0.0)
    (True, False)
    >>> beside.is_heavy(flood, 2.0)  # the shop calls no more
    False
    """

    def __init__(self) -> None:
        self.last: One | None = None  # who used least at the latest call; never heavy itself
        self._last_s = 0.0

    def arrived(self, one: One, at_s: float) -> None:
        """Record a call."""
        if one is not self.last and self._is_more(one, at_s):
            return
        self.last, self._last_s = one, at_s

    def _is_more(self, one: One, at_s: float) -> bool:
        least = self.least(at_s)
        return least is not None and one.use_s(at_s) >= least.use_s(at_s)

    def is_heavy(self, one: One, at_s: float) -> bool:
        """Return whether ``one`` uses so much that it is to rest for the sake of another."""
        least = self.least(at_s)
        if least is None or least is one:
            return False
        used_s = one.use_s(at_s)
        return used_s >= HEAVY_S and used_s > HEAVIER * least.use_s(at_s)

    def has_lighter(self, one: One, at_s: float) -> bool:
        """Return whether ``one`` uses enough to give way to another one, who uses clearly less.

        Not so among equals, as the connections of one shop or the visitors of its pages are: their
        calls are answered together, as they come.
        """
        if one is self.last or (used_s := one.use_s(at_s)) < NOTED_S:
            return False
        least = self.least(at_s)
        return least is not None and used_s > LIGHTER * least.use_s(at_s)

    def least(self, at_s: float) -> One | None:
        """Return the caller who used least of those that called lately, None if there is none."""
        return self.last if at_s - self._last_s <= BESIDE_S else None
