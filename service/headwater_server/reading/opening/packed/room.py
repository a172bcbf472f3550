"""How much an archive may become: a bound on the ratio, and what the disk has left."""

from __future__ import annotations

import shutil
from pathlib import Path

RATIO_MAX = 200  # rows of text become 5 to 50 times smaller
ALWAYS_BYTES = 1 << 30  # a day's log of one bot may be smaller by more
FREE_BYTES = 512 << 20  # left on the disk for others
LOOK_BYTES = 64 << 20


class NoRoomError(ValueError):
    """There is no room for what an archive holds, or it holds too much to be data."""


class Room:
    """Bounds what one file is unpacked to, all members together."""

    def __init__(self, packed: Path, directory: Path) -> None:
        self._most = max(ALWAYS_BYTES, RATIO_MAX * packed.stat().st_size)
        self._directory = directory
        self._done = 0
        self._next = 0

    def take(self, size: int) -> None:
        """Count bytes before they are written. Raises `NoRoomError`."""
        self._done += size
        if self._done > self._most:
            raise NoRoomError(
                f"it becomes more than {RATIO_MAX} times as large: a bomb, or no data; if it is "
                "right, unpack it first"
            )
        if self._done > self._next:
            self._next = self._done + LOOK_BYTES
            self.need(size)

    def need(self, size: int) -> None:
        """Refuse at once what the disk has no room for. Raises `NoRoomError`."""
        free = shutil.disk_usage(self._directory).free
        if size + FREE_BYTES > free:
            raise NoRoomError(
                f"there is no room on the disk of TMPDIR: {size >> 20:,} MiB more are needed, "
                f"{free >> 20:,} MiB are free, {FREE_BYTES >> 20} of them for others; set TMPDIR "
                "to a larger disk"
            )
