"""The ids of the most recently active profiles, so that a person can list and search them.

`profile_rows` keeps hashes only: the id of a profile that is not among these is found by asking for
exactly it. So a million visitors take no more memory for texts than the first `IDS_MAX`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater_server.engine.catalogue.recency import drop_first
from headwater_server.engine.snapshot.state import Stepwise, in_steps

IDS_MAX = 100_000
"""About 20 MB of texts. A console lists who came lately; nobody reads a longer list."""


class RecentIds:
    """Keys of profiles (see `visitors`) by row, in the order of their last acts.

    >>> recent = RecentIds(most=2)
    >>> for row, key in enumerate(["vann", "vbob", "ueve"]):
    ...     recent.act(row, key)
    >>> recent.act(1, "vbob"); recent.newest_rows(), recent.key(1), recent.key(0)
    ([1, 2], 'vbob', None)
    """

    def __init__(self, most: int = IDS_MAX) -> None:
        """Keep at most so many; the longest inactive leave first, a 64th at a time."""
        self._most = most
        self._keys: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def act(self, row: int, key: str) -> None:
        """Note that the profile ``key`` of a row is active now."""
        keys = self._keys
        keys.pop(row, None)  # to the end
        keys[row] = key
        if len(keys) > self._most:
            drop_first(keys, self._most)

    def act_all(self, rows: Sequence[int], keys: Sequence[str]) -> None:
        """Note profiles that are active one after the other."""
        kept = self._keys
        if len(kept) + len(rows) > self._most:
            for row, key in zip(rows, keys, strict=True):
                self.act(row, key)
            return
        pop = kept.pop
        for row, key in zip(rows, keys, strict=True):
            pop(row, None)
            kept[row] = key

    def forget(self, row: int) -> None:
        """Forget the id of a row; it may have none."""
        self._keys.pop(row, None)

    def key(self, row: int) -> str | None:
        """Return the key of a row, None if it is not kept any more."""
        return self._keys.get(row)

    def newest_rows(self) -> list[int]:
        """Return the rows whose ids are kept, the most recently active first."""
        return list(reversed(self._keys))

    def state(self) -> Stepwise:
        """Return the keys in order."""
        return in_steps(self._keys.values())

    def load(self, rows_and_keys: Iterable[tuple[int, str]]) -> None:
        """Replace the state by what `state` returned, with the row of each."""
        self._keys = dict(rows_and_keys)
