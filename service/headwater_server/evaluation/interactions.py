"""The items that each visitor interacted with, for the backtest's rule on repeats."""

from __future__ import annotations

from enum import StrEnum


class Repeats(StrEnum):
    """Whether an item may be recommended again after the visitor interacted with it."""

    ALLOW = "allow"
    EXCLUDE = "exclude"


class Ask(StrEnum):
    """When a backtest asks for the list that an act is compared with."""

    AT = "at"
    AFTER = "after"


class Interactions:
    """The items of every visitor; all of them, even if the engine forgets some.

    >>> interactions = Interactions(Repeats.EXCLUDE)
    >>> interactions.add("v", "a"), interactions.add("v", "b")
    (None, None)
    >>> interactions.latest("v"), interactions.excluded("v")
    ('b', ('a', 'b'))
    """

    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats
        self._latest: dict[str, str] = {}
        self._items: dict[str, dict[str, None]] = {}

    def add(self, visitor_id: str, item_id: str) -> None:
        """Add an interaction of the visitor with the item."""
        self._latest[visitor_id] = item_id
        if self._repeats is Repeats.EXCLUDE:
            self._items.setdefault(visitor_id, {})[item_id] = None

    def latest(self, visitor_id: str) -> str | None:
        """Return the visitor's latest item."""
        return self._latest.get(visitor_id)

    def excluded(self, visitor_id: str) -> tuple[str, ...]:
        """Return the items that must not be recommended: the latest one, or all."""
        if self._repeats is Repeats.EXCLUDE:
            return tuple(self._items.get(visitor_id, ()))
        latest = self._latest.get(visitor_id)
        return () if latest is None else (latest,)
