"""Records positions of the log in a file, to detect a store that lost the end of the log.

After a power cut, a store does not know what it lost, and a replica that died with it cannot
report it. One line in the archive's directory can: about every second it gets the latest position,
and the latest one that is old enough to be on the store's disk, as `everysec` promises.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.codecs.chunks import checksum
from headwater_server.storage.private import make_private

EVERY_S = 1.0
SETTLED_S = 3.0  # everysec may lose two seconds; one more for inexact clocks
LINE_BYTES = 192
FILE = "witness"


@dataclass(frozen=True, slots=True)
class Statement:
    """``newest`` was on the log; ``settled`` was already on it some seconds before."""

    newest: Position = START
    settled: Position = START


class Witness:
    """One line in a file; an unreadable line counts as none."""

    def __init__(self, directory: Path) -> None:
        """Name the directory; the first `note` opens the file."""
        self._path = directory / FILE
        self._noted: deque[tuple[float, Position]] = deque()
        self._settled = START
        self._due_s = 0.0
        self._writing: asyncio.Task[None] | None = None

    def note(self, position: Position) -> None:
        """Record that the log contains ``position``; a thread writes it about every second."""
        now_s = time.monotonic()
        if now_s < self._due_s or (self._writing and not self._writing.done()):
            return
        self._due_s = now_s + EVERY_S
        while self._noted and self._noted[0][0] <= now_s - SETTLED_S:
            self._settled = self._noted.popleft()[1]
        self._noted.append((now_s, position))
        self._writing = asyncio.create_task(self._write(Statement(position, self._settled)))

    async def _write(self, statement: Statement) -> None:
        with contextlib.suppress(OSError):  # other writes will report a full disk
            await asyncio.to_thread(self.write, statement)

    def write(self, statement: Statement) -> None:
        """Replace the line."""
        make_private(self._path.parent)
        positions = (statement.newest, statement.settled)
        text = " ".join(f"{position.offset} {position.sequence}" for position in positions)
        line = f"{text} {checksum(text.encode()).hex()}".ljust(LINE_BYTES - 1) + "\n"
        fd = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(fd, line.encode(), 0)
            os.fsync(fd)
        finally:
            os.close(fd)

    def read(self) -> Statement:
        """Return what was written last; the start of the log if it cannot be read."""
        try:
            text, _, mark = self._path.read_text().strip().rpartition(" ")
            newest, n, settled, s = text.split(" ")
        except (OSError, ValueError):
            return Statement()
        if checksum(text.encode()).hex() != mark:  # torn by a power cut
            return Statement()
        return Statement(Position(newest, int(n)), Position(settled, int(s)))
