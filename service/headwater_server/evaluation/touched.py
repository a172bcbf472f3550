"""What each visitor has touched, as the backtest's rule on repeats needs it."""

from __future__ import annotations

from enum import StrEnum


class Repeats(StrEnum):
    """Whether an item that the visitor touched before may be recommended again."""

    ALLOW = "allow"
    EXCLUDE = "exclude"


class Touched:
    """Every visitor's items; the whole of them, whatever the engine itself may forget.

    >>> touched = Touched(Repeats.EXCLUDE)
    >>> touched.touch("v", "a"), touched.touch("v", "b")
    (None, None)
    >>> touched.latest("v"), touched.left_out("v")
    ('b', ('a', 'b'))
    """

    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats
        self._latest: dict[str, str] = {}
        self._items: dict[str, dict[str, None]] = {}

    def touch(self, visitor_id: str, item_id: str) -> None:
        """Note that the visitor touched the item."""
        self._latest[visitor_id] = item_id
        if self._repeats is Repeats.EXCLUDE:
            self._items.setdefault(visitor_id, {})[item_id] = None

    def latest(self, visitor_id: str) -> str | None:
        """Return the item that the visitor touched last."""
        return self._latest.get(visitor_id)

    def left_out(self, visitor_id: str) -> tuple[str, ...]:
        """Return what must not be recommended: the latest item, or all of them."""
        if self._repeats is Repeats.EXCLUDE:
            return tuple(self._items.get(visitor_id, ()))
        latest = self._latest.get(visitor_id)
        return () if latest is None else (latest,)
