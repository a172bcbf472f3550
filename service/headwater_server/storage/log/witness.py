"""What was on the log, written down beside it: so that a store that lost its end is found out.

A store that comes back after a power cut knows nothing of what it lost, and a replica that died
with it cannot tell. A line in the archive's directory can: about each second it gets the latest
position, and the latest that is old enough to be on the store's disk by what `everysec` promises.
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

EVERY_S = 1.0
SETTLED_S = 3.0  # everysec may lose two, and clocks are no better than this
LINE_BYTES = 192
FILE = "witness"


@dataclass(frozen=True, slots=True)
class Statement:
    """``newest`` was on the log; ``settled`` was there some seconds before."""

    newest: Position = START
    settled: Position = START


class Witness:
    """One line in a file; whatever cannot be read there says nothing."""

    def __init__(self, directory: Path) -> None:
        """Nothing is opened before the first `note`."""
        self._path = directory / FILE
        self._noted: deque[tuple[float, Position]] = deque()
        self._settled = START
        self._due_s = 0.0
        self._writing: asyncio.Task[None] | None = None

    def note(self, position: Position) -> None:
        """Say that the log holds ``position``. Cheap: written about each second, in a thread."""
        now_s = time.monotonic()
        if now_s < self._due_s or (self._writing and not self._writing.done()):
            return
        self._due_s = now_s + EVERY_S
        while self._noted and self._noted[0][0] <= now_s - SETTLED_S:
            self._settled = self._noted.popleft()[1]
        self._noted.append((now_s, position))
        self._writing = asyncio.create_task(self._write(Statement(position, self._settled)))

    async def _write(self, statement: Statement) -> None:
        with contextlib.suppress(OSError):  # a full disk is found out by whoever needs it
            await asyncio.to_thread(self.write, statement)

    def write(self, statement: Statement) -> None:
        """Put a line in the place of the one before."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        """Return what was written last."""
        try:
            text, _, mark = self._path.read_text().strip().rpartition(" ")
            newest, n, settled, s = text.split(" ")
        except (OSError, ValueError):
            return Statement()
        if checksum(text.encode()).hex() != mark:  # torn by a power cut
            return Statement()
        return Statement(Position(newest, int(n)), Position(settled, int(s)))
