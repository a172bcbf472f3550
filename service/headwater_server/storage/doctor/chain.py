"""Checks every stored entry: on the stream, in the archive, and at the boundary between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.fork import tail_fits
from headwater_server.storage.archive.segment import DamagedSegment, read_segment
from headwater_server.storage.codecs.raw import Raw, check_chained
from headwater_server.storage.doctor.findings import Finding
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.stream import Entries

ACCEPT = "--accept continues from the log as it is"
RESTORE = "--restore-tail restores what the archive contains"


async def check_head(stream: Entries) -> Finding:
    """Compare the head with the end of the stream."""
    try:
        await Lineage(stream, None).check_head()
    except LogBroken as error:
        return Finding("head", str(error), fine=False, fix=ACCEPT)
    head = await stream.head()
    return Finding("head", f"entry {head.sequence} at {head.offset} is the end of the stream")


async def check_log(stream: Entries) -> Finding:
    """Check that all stored entries are chained, and that this build can read each of them."""
    first = await stream.first()
    if first is None:
        return Finding("log", "is empty")
    before = Position(first.previous, first.position.sequence - 1)
    try:
        async for entry in stream.entries("0-0"):
            check_chained(before, entry)
            entry.parsed()
            before = entry.position
    except LogBroken as error:
        return Finding("log", str(error), fine=False, fix="restore a backup of the store")
    except UnreadableEntry as error:
        return Finding("log", str(error), fine=False, fix="start the build that wrote it")
    text = f"entries {first.position.sequence} to {before.sequence} are chained and can be read"
    return Finding("log", text)


async def check_archive(archive: Archive | None) -> Finding:
    """Read every file, and check that all entries form one chain."""
    if archive is None:
        return Finding("archive", "none here: nothing is trimmed from the log")
    before, entries, files = START, 0, await asyncio.to_thread(archive.files)
    try:
        async for first, last, count in _segments(archive):
            if before != START:
                check_chained(before, first)
            before, entries = last, entries + count
    except (DamagedSegment, LogBroken, OSError) as error:
        return Finding("archive", str(error), fine=False, fix="restore the file from a backup")
    if not files:
        return Finding("archive", "is empty")
    first_entry = before.sequence - entries + 1
    text = (
        f"entries {first_entry} to {before.sequence} in {len(files)} files are intact and chained"
    )
    return Finding("archive", text)


async def _segments(archive: Archive) -> AsyncIterator[tuple[Raw, Position, int]]:
    for path in await asyncio.to_thread(archive.files):
        entries = await asyncio.to_thread(read_segment, path)
        yield entries[0], entries[-1].position, len(entries)


async def check_boundary(
    stream: Entries, archive: Archive | None, *, may_lose_end: bool
) -> Finding:
    """Check that archive and log meet, and that they contain the same entries."""
    first, (_, end) = await stream.first(), archive.span() if archive else (0, 0)
    try:
        lineage = Lineage(stream, archive, may_lose_end=may_lose_end)
        await lineage.check_archive()
        await lineage.check_witness()
    except LogBroken as error:
        fits = archive is not None and await tail_fits(stream, archive)
        return Finding(
            "boundary", str(error), fine=False, fix=f"{RESTORE}; {ACCEPT}" if fits else ACCEPT
        )
    start = first.position.sequence if first else 1
    if start > end + 1 and start > 1:
        text = f"entries {end + 1} to {start - 1} are neither on the log nor in the archive"
        return Finding("boundary", f"{text}: rebuild and `digest --at` cannot use them")
    return Finding("boundary", "the log continues where the archive ends" if end else "no archive")
