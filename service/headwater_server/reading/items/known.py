"""The items that rows before have described: an item that comes again says the same, or which?"""

from __future__ import annotations

from headwater_server.engine.messages.entries import Item

AGAIN = "this item is in {} already, with other values; --keep-last takes the last row of each item"


class Known:
    """Items by id. ``keep_last``: of several rows of an item the last one counts."""

    def __init__(self, *, keep_last: bool = False) -> None:
        self.keep_last = keep_last
        self._seen: dict[str, tuple[str, int]] = {}

    def is_equal(self, item: Item) -> bool:
        """Return whether the last row of this item said the same."""
        return item.item_id in self._seen and self._seen[item.item_id][1] == hash(repr(item))

    def problem(self, item: Item) -> str:
        """Return why the item may not come again, "" if it may."""
        if self.keep_last or item.item_id not in self._seen:
            return ""
        return AGAIN.format(self._seen[item.item_id][0])

    def __contains__(self, item_id: str) -> bool:
        """Return whether a row before described the item."""
        return item_id in self._seen

    def add(self, item: Item, name: str) -> None:
        """Note an item of the file ``name``."""
        self._seen[item.item_id] = (name, hash(repr(item)))

    def clear(self) -> None:
        """Forget all items."""
        self._seen.clear()
