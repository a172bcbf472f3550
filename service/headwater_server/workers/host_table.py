"""The offset that each worker of this host has applied, in memory that all of them share.

Each writes its own line and reads the others'. Writing a word is atomic, so there are no locks.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import tempfile
import time

LINE_WORDS = 8  # one line of the CPU cache, so that two writers never share a line
SEQUENCE, BEAT = 0, 1
BEAT_EVERY_S = 0.05
SILENT_AFTER_NS = 500_000_000  # such a worker is frozen or dead: the others do not wait for it


class HostTable:
    """Implements `replica.group.host_peers.HostPeers` for the worker with the line ``own``.

    >>> fd = make_table(2)
    >>> one, other = HostTable(fd, 2, 0), HostTable(fd, 2, 1)
    >>> one.applied(7); one.beat(); other.beat()
    >>> one.all_applied(7), other.all_applied(7)
    (False, True)
    >>> other.leave(); one.all_applied(7)
    True
    """

    def __init__(self, fd: int, lines: int, own: int) -> None:
        """See the table of `make_table`, which has that many ``lines``."""
        self._words = memoryview(mmap.mmap(fd, _size(lines))).cast("Q")
        self._own = own * LINE_WORDS
        self._others = [line * LINE_WORDS for line in range(lines) if line != own]
        self._left = False

    def applied(self, sequence: int) -> None:
        """See `HostPeers.applied`."""
        self._words[self._own + SEQUENCE] = sequence

    def all_applied(self, sequence: int) -> bool:
        """See `HostPeers.level`. Workers without a recent beat do not count."""
        # one monotonic clock for all processes of a host
        alive_since_ns = time.monotonic_ns() - SILENT_AFTER_NS
        return not any(
            self._words[line + SEQUENCE] < sequence and self._words[line + BEAT] > alive_since_ns
            for line in self._others
        )

    def leave(self) -> None:
        """See `HostPeers.leave`."""
        self._left = True
        self._words[self._own + BEAT] = 0

    def rejoin(self) -> None:
        """See `HostPeers.rejoin`."""
        self._left = False

    def beat(self) -> None:
        """Note that this worker is alive, until it leaves."""
        if not self._left:
            self._words[self._own + BEAT] = time.monotonic_ns()

    async def go_on_beating(self) -> None:
        """Beat until cancelled."""
        while True:
            self.beat()
            await asyncio.sleep(BEAT_EVERY_S)


def make_table(lines: int) -> int:
    """Return the file descriptor of an empty table, which the workers inherit."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("headwater-workers")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, _size(lines))
    return fd


def _size(lines: int) -> int:
    return max(mmap.PAGESIZE, lines * LINE_WORDS * 8)
