"""Where the archive has more than a log that lost its end: what it has, and how they meet again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.restoring import Restores
from headwater_server.storage.archive.segment import DamagedSegment, read_segment
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.log.stream import Entries

BACKUP = "restore the file from a backup"


@dataclass(frozen=True, slots=True)
class Fork:
    """``entries`` of ``files`` are not on the log; ``common`` is the last that is on both."""

    common: int = 0
    files: tuple[Path, ...] = ()
    entries: int = 0


async def fork_of(stream: Entries, archive: Archive | None) -> Fork:
    """Return it, without entries if the log has all; `LogBroken` if a file cannot be read."""
    files: list[Path] = []
    beyond = 0
    for path in reversed(archive.files() if archive else []):
        for entry in reversed(await _entries(path)):
            if await _is_on_log(stream, entry):
                return Fork(entry.position.sequence, tuple(files), beyond)
            beyond += 1
            if not files or files[-1] != path:
                files.append(path)
    return Fork(0, tuple(files), beyond)


async def _entries(path: Path) -> list[Raw]:
    try:
        return await asyncio.to_thread(read_segment, path)
    except DamagedSegment as error:
        raise LogBroken("an archive that can be read", str(error), BACKUP) from error


async def _is_on_log(stream: Entries, entry: Raw) -> bool:
    there = await stream.at(entry.position.offset)
    if there is not None:
        return there.position == entry.position
    first = await stream.first()
    if first is None or first.position.sequence <= entry.position.sequence:
        return False
    # trimmed: it is the same log if the oldest kept entry continues from here
    return (
        first.position.sequence > entry.position.sequence + 1
        or first.previous == entry.position.offset
    )


def move_aside(archive: Archive, fork: Fork) -> None:
    """Rename files with other entries; keep the entries of a split file that the log shares."""
    for path in fork.files:
        shared = [e for e in read_segment(path) if e.position.sequence <= fork.common]
        archive.move_out(path)
        if shared:
            archive.put(shared)


async def tail_fits(stream: Entries, archive: Archive) -> bool:
    """Whether the archive continues exactly where the log ends."""
    head = await stream.head()
    last = await stream.last()
    if (last.position if last else START) != head:
        return False
    following = await asyncio.to_thread(archive.entries_after, head.sequence)
    return bool(following) and following[0].previous == head.offset


async def restore_tail(stream: Entries, archive: Archive, restoring: Restores) -> int:
    """Append what the archive has after the end of the log; return how many entries."""
    before = head = await stream.head()
    while entries := await asyncio.to_thread(archive.entries_after, head.sequence):
        for entry in entries:
            await restoring.append(head, entry)
            head = entry.position
    return head.sequence - before.sequence
