"""Which items changed lately, so that what is derived from all items looks only at those."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CHANGES_MAX = 4_096
FEW = 64  # sorted without numpy in less time than with it


class ChangeLog:
    """The last changes of numbered items. Not state: every index starts from the whole state.

    >>> log = ChangeLog()
    >>> seen = log.version
    >>> log.note(7); log.note(3); log.note(7)
    >>> log.since(seen).tolist(), log.since(log.version).tolist()
    ([3, 7], [])
    """

    def __init__(self) -> None:
        self.version = 0
        self._numbers = np.zeros(CHANGES_MAX, dtype=np.int32)
        self._read: tuple[int, int] = 0, 0
        self._last = self._numbers[:0]

    def note(self, number: int) -> None:
        """Note a change of an item."""
        self._numbers[self.version % CHANGES_MAX] = number
        self.version += 1

    def note_all(self, numbers: NDArray[np.int32]) -> None:
        """Note changes of many items, in order."""
        places = np.arange(self.version, self.version + len(numbers)) % CHANGES_MAX
        self._numbers[places] = numbers
        self.version += len(numbers)

    def since(self, version: int) -> NDArray[np.int32] | None:
        """Return the items that changed since, each once, in order; None: that is too long ago."""
        if self.version - version > CHANGES_MAX:
            return None
        if self._read != (version, self.version):  # several indexes read the same changes
            self._read, self._last = (version, self.version), self._sorted_since(version)
        return self._last

    def _sorted_since(self, version: int) -> NDArray[np.int32]:
        places = np.arange(version, self.version) % CHANGES_MAX
        if len(places) > FEW:
            return np.unique(self._numbers[places])
        return np.array(sorted(set(self._numbers[places].tolist())), dtype=np.int32)
