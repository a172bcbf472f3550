"""A stored entry, on the stream or in the archive, and the check that entries are chained."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.replica.ports.position import Position
from headwater_server.storage.codecs.entry_codec import parsing_entry
from headwater_server.storage.codecs.stored_entry import StoredEntry


@dataclass(frozen=True, slots=True)
class Raw:
    """An entry with its payload not yet parsed; ``previous`` is the offset of the one before."""

    position: Position
    previous: str
    payload: bytes
    mark: bytes = b""  # as it was stored; none for entries of earlier releases, and archived ones

    def parsed(self) -> StoredEntry:
        """Return the parsed entry; `UnreadableEntry` if this build does not know its content."""
        return next(filter(None, self.parsing()))

    def parsing(self) -> Iterator[StoredEntry | None]:
        """Parse it in short steps: yield None after each but the last, then the entry."""
        try:
            stored = yield from parsing_entry(self.payload)
            yield StoredEntry(self.position, stored)
        except UnreadableEntry as error:
            raise UnreadableEntry(f"entry {self.position.offset}: {error}") from error


def raw_of(offset: str, fields: Mapping[bytes, bytes]) -> Raw:
    """Read one entry of the stream; `LogBroken` if Headwater did not write it."""
    try:
        sequence, previous = int(fields[b"n"]), fields[b"p"].decode()
        return Raw(Position(offset, sequence), previous, fields[b"e"], fields.get(b"s", b""))
    except (KeyError, ValueError) as error:
        raise LogBroken("an entry of a log", f"no entry of a log at {offset}") from error


def content_mark(offset: str, sequence: int, previous: str, payload: bytes) -> bytes:
    """Return what `append.lua` stores beside an entry, to detect a changed bit.

    >>> content_mark("9-0", 4, "8-0", b"x")
    b'16f97c03c335ad9b'
    """
    said = f"{offset} {sequence} {previous} ".encode() + payload
    return hashlib.sha1(said, usedforsecurity=False).hexdigest()[:16].encode()


def check_content(entry: Raw) -> None:
    """Raise `LogBroken`, with the entry's offset, if the store holds other bytes than written."""
    at = entry.position
    if entry.mark and entry.mark != content_mark(
        at.offset, at.sequence, entry.previous, entry.payload
    ):
        raise LogBroken(
            f"entry {at.sequence} at {at.offset} as it was written",
            "other content",
            "the store's disk or memory changed it; it is not learned",
        )


def check_chained(before: Position, entry: Raw) -> None:
    """Raise `LogBroken`, with what is missing, unless ``entry`` directly follows ``before``.

    >>> check_chained(Position("1-0", 1), Raw(Position("9-0", 4), "8-0", b""))
    Traceback (most recent call last):
    ...
    headwater_server.replica.faults.LogBroken: the log is broken: expected entry 2 after 1-0, \
found entry 4 after 8-0; entries 2 to 3 are missing (`headwater doctor` lists the fixes)
    """
    check_content(entry)
    sequence, expected = entry.position.sequence, before.sequence + 1
    if (sequence, entry.previous) != (expected, before.offset):
        raise LogBroken(
            f"entry {expected} after {before.offset}",
            f"entry {sequence} after {entry.previous}",
            _missing(expected, sequence),
        )


def _missing(expected: int, found: int) -> str:
    if found > expected:
        last = found - 1
        return (
            f"entry {last} is missing"
            if last == expected
            else (f"entries {expected} to {last} are missing")
        )
    if found < expected:
        return f"the log lost entry {found} and all after it, and continued without them"
    return f"the log has another entry {expected - 1}: it lost its end, or is a different log"
