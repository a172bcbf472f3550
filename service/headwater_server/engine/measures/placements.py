"""Which placements have figures of their own: the most used ones that a backend named."""

from __future__ import annotations

from typing import Any

ALL = "all"
OTHER = "other"
NAMED_MAX = 64
"""Placements that a backend named."""
CANDIDATES_MAX = 16
"""Placements that only pages named; a page's key is public, so anyone may make names up."""
CANDIDATE_USES = 100
"""So often a page's placement must be used before it has figures of its own."""


class MostUsed:
    """At most ``most`` names; a new one takes the place of the least used one.

    Least frequently used with dynamic aging: a use raises a name to the uses it has since it came,
    plus the rank of the last name that left. So names that are used no more leave in the end.

    >>> used = MostUsed(2)
    >>> [used.use(name) for name in ("home", "home", "basket", "search")]
    ['', '', '', 'basket']
    >>> "home" in used, "basket" in used
    (True, False)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ranks: dict[str, int] = {}
        self._left = 0  # the rank of the last name that left

    def __contains__(self, name: str) -> bool:
        return name in self._ranks

    def use(self, name: str) -> str:
        """Count a use of ``name``; return the name that left for it, "" if none did."""
        left = ""
        if name not in self._ranks:
            left = self._make_room()
            self._ranks[name] = self._left
        self._ranks[name] += 1
        return left

    def uses(self, name: str) -> int:
        """Return how often a name was used, less the uses of the names that left since it came."""
        return self._ranks.get(name, self._left) - self._left

    def drop(self, name: str) -> None:
        """Forget a name."""
        self._ranks.pop(name, None)

    def _make_room(self) -> str:
        if len(self._ranks) < self._most:
            return ""
        left = min(self._ranks, key=self._ranks.__getitem__)  # of several, the oldest
        self._left = self._ranks.pop(left)
        return left

    def state(self) -> dict[str, Any]:
        """Return names and ranks, in order of their coming."""
        return {"names": list(self._ranks), "ranks": [*self._ranks.values()], "left": self._left}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._ranks = dict(zip(state["names"], state["ranks"], strict=True))
        self._left = state["left"]


class Placements:
    """Names the group that a slate's figures belong to.

    A placement that a backend named has its own group while it is among the 64 most used. One that
    only pages named counts under "other" until it was used 100 times while being among the 16 most
    used of its kind. Neither kind takes room from the other. "all" and "other" are reserved: a
    placement of such a name counts under "other".

    >>> placements = Placements()
    >>> placements.use("basket", named=True), placements.use("made up", named=False)
    (('basket', ''), ('other', ''))
    >>> placements.use("basket", named=False), placements.use("all", named=True)
    (('basket', ''), ('other', ''))
    """

    def __init__(self) -> None:
        self._named = MostUsed(NAMED_MAX)
        self._candidates = MostUsed(CANDIDATES_MAX)

    def use(self, placement: str, *, named: bool) -> tuple[str, str]:
        """Return the group of a slate, and the placement that loses its own for it ("": none).

        ``named``: a backend named the placement of this slate.
        """
        if placement in (ALL, OTHER):
            return OTHER, ""
        if not placement:
            return "", ""
        if named or placement in self._named:
            self._candidates.drop(placement)
            return placement, self._named.use(placement)
        left = self._candidates.use(placement)
        has_group = self._candidates.uses(placement) >= CANDIDATE_USES
        return (placement if has_group else OTHER), left

    def state(self) -> dict[str, Any]:
        """Return both kinds as plain values."""
        return {"named": self._named.state(), "candidates": self._candidates.state()}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._named.load(state["named"])
        self._candidates.load(state["candidates"])
