"""Whether a caller is heavy: it uses much more than another one that calls at the same time."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

HEAVY_S = 1.0  # of recent use: a fifth of the processor
HEAVIER = 4  # times what another caller used
BESIDE_S = 1.0  # so long after a caller's call, those beside it are compared with it


class User(Protocol):
    """Something that knows its recent use."""

    def use_s(self, at_s: float) -> float:
        """Return the seconds of CPU used recently."""


One = TypeVar("One", bound=User)


class Beside(Generic[One]):
    """The two callers of the last calls.

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
        self._last: One | None = None
        self._other: One | None = None
        self._last_s = self._other_s = 0.0

    def arrived(self, one: One, at_s: float) -> None:
        """Record a call."""
        if one is not self._last:
            self._other, self._other_s = self._last, self._last_s
            self._last = one
        self._last_s = at_s

    def is_heavy(self, one: One, at_s: float) -> bool:
        """Return whether ``one`` used much more than the other caller."""
        other = self.other(one, at_s)
        return other is not None and one.use_s(at_s) > max(HEAVY_S, HEAVIER * other.use_s(at_s))

    def other(self, one: One, at_s: float) -> One | None:
        """Return the other caller, None if it has not called lately."""
        is_last = one is self._last
        other_s = self._other_s if is_last else self._last_s
        return (self._other if is_last else self._last) if at_s - other_s <= BESIDE_S else None
