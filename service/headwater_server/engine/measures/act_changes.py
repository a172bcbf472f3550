"""Numbers of changes by placement, so that who keeps figures of one knows until when they hold.

They are no state: each process counts its own, and no answer depends on them.
"""

from __future__ import annotations


class ActChanges:
    """The last change of each placement, and how many lists were counted there.

    >>> changes = ActChanges()
    >>> changes.counted("home")
    >>> before = changes.last("home"), changes.last("shop")
    >>> changes.changed("shop")
    >>> changes.last("home") == before[0], changes.last("shop") == before[1], changes.lists("home")
    (True, False, 1)
    """

    def __init__(self) -> None:
        self._number = self._everywhere = 0
        self._last: dict[str, int] = {}
        self._lists: dict[str, int] = {}

    def last(self, placement: str) -> int:
        """Return the number of a placement's last change."""
        return max(self._everywhere, self._last.get(placement, 0))

    def lists(self, placement: str) -> int:
        """Return how many lists were counted at a placement."""
        return self._lists.get(placement, 0)

    def counted(self, placement: str) -> None:
        """Note a list that was counted."""
        self.changed(placement)
        self._lists[placement] = self.lists(placement) + 1

    def changed(self, placement: str) -> None:
        """Note a change of one placement."""
        self._last[placement] = self._next()

    def changed_everywhere(self) -> None:
        """Note a change of all placements."""
        self._everywhere = self._next()

    def dropped(self, placement: str) -> None:
        """Forget a placement: its lists may count elsewhere from now on."""
        self.changed_everywhere()
        self._last.pop(placement, None)
        self._lists.pop(placement, None)

    def loaded(self) -> None:
        """Begin to count lists again, as another state was loaded."""
        self._last, self._lists = {}, {}
        self.changed_everywhere()

    def _next(self) -> int:
        self._number += 1
        return self._number
