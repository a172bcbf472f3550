"""The archive: a directory of segments with entries that the log no longer needs."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from headwater_server.replica.ports.position import START, Position, time_ms_of
from headwater_server.storage.archive.segment import (
    SUFFIX,
    Segment,
    read_header,
    read_segment,
    sync_directory,
    write_durably,
    write_segment,
)
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.private import make_private

ABOUT = "archive.json"
LOCK = "archive.lock"
DAY_MS = 86_400_000


class Archive:
    """The files of one catalogue. Every method reads or writes files: call it in a thread."""

    def __init__(self, directory: Path, catalogue: str) -> None:
        """Name the directory; the first write creates it."""
        self.path = directory.absolute() / catalogue

    def archive_id(self) -> str:
        """Return the unique id of this archive, created on first use."""
        make_private(self.path)
        if not self.known_id():
            content = json.dumps({"archive_id": uuid4().hex})
            write_durably(self.path / ABOUT, content.encode())
        return self.known_id()

    def known_id(self) -> str:
        """Return the id that `archive_id` created, "" if there is none."""
        about = self.path / ABOUT
        return str(json.loads(about.read_text())["archive_id"]) if about.exists() else ""

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Yield whether this process holds the lock and may change the files."""
        make_private(self.path)
        fd = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(fd)

    def files(self) -> list[Path]:
        """Return the segments' files in the order of the log, also unreadable ones."""
        kept, end = [], 0
        for path in sorted(self.path.glob(f"*{SUFFIX}"), key=_range):
            last = -_range(path)[1]
            if last > end:  # a killed merge leaves a file whose entries a longer one contains
                kept.append(path)
                end = last
        return kept

    def span(self) -> tuple[int, int]:
        """Return the first and the last sequence number, (0, 0) for an empty archive."""
        files = self.files()
        return (_range(files[0])[0], -_range(files[-1])[1]) if files else (0, 0)

    def last(self) -> Position:
        """Return where the archive ends; `DamagedSegment` if its last file is damaged."""
        files = self.files()
        return read_header(files[-1]).last if files else START

    def entries_after(self, sequence: int) -> list[Raw]:
        """Return the entries of one segment after an entry, [] if they are not archived."""
        for path in self.files():
            first, last = _range(path)[0], -_range(path)[1]
            if first <= sequence + 1 <= last:
                return read_segment(path)[sequence + 1 - first :]
        return []

    def put(self, entries: Sequence[Raw], *, instead_of: Path | None = None) -> Segment:
        """Write a segment, and delete ``instead_of``, whose entries it contains."""
        segment = write_segment(self.path, entries)
        if instead_of is not None and instead_of != segment.path:
            instead_of.unlink()
            sync_directory(self.path)
        return segment

    def drop_old(self, days: int, now_ms: int, before: int) -> list[Path]:
        """Delete whole segments older than ``days`` that end before a sequence number."""
        dropped = []
        for path in self.files():
            segment = read_header(path)
            old = time_ms_of(segment.last.offset) < now_ms - days * DAY_MS
            if not old or segment.last.sequence >= before:
                break
            path.unlink()
            dropped.append(path)
        return dropped

    def move_out(self, path: Path) -> Path:
        """Rename a file so that it no longer belongs to the archive; return its new path."""
        aside = path.with_name(path.name + ".aside")
        path.replace(aside)
        sync_directory(self.path)
        return aside


def _range(path: Path) -> tuple[int, int]:
    """Return (first, -last): of files with the same first entry, the longest sorts first."""
    first, _, last = path.name.removesuffix(SUFFIX).partition("-")
    return int(first), -int(last)
