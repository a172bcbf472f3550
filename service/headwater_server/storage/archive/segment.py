"""One file of the archive: consecutive entries of the log, compressed, with checksums.

    magic, length of the header, header (JSON), checksum of the header, body (zstd)

The body contains one entry after another: offset (two numbers), length, payload. Sequence numbers
and the chain follow from the header, which names the first entry and the one before it.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

from headwater_server.replica.ports.position import NUMBERED, Position, offset_key
from headwater_server.storage.codecs.chunks import checksum
from headwater_server.storage.codecs.raw import Raw

MAGIC = b"HWSEG001"
SUFFIX = ".hwlog"
COMPRESSION_LEVEL = 3  # written once, kept for years
HEADER_BYTES_MAX = 4_096
_LENGTH = struct.Struct(">I")
_FRAME = struct.Struct(">QQI")


class DamagedSegment(Exception):
    """A file of the archive that differs from what was written."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The content of a file's header; ``previous`` is the offset before the first entry."""

    path: Path
    first: Position
    last: Position
    previous: str
    plain_bytes: int
    checksum: str


def name_of(first: int, last: int) -> str:
    """Return the name of the file for these sequence numbers; names sort in the same order."""
    return f"{first:020d}-{last:020d}{SUFFIX}"


def write_segment(directory: Path, entries: Sequence[Raw]) -> Segment:
    """Write a whole file, which is durable before its name appears; return its header."""
    first, last = entries[0], entries[-1]
    plain = b"".join(_framed(entry) for entry in entries)
    body = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(plain)
    path = directory / name_of(first.position.sequence, last.position.sequence)
    segment = Segment(
        path, first.position, last.position, first.previous, len(plain), checksum(body).hex()
    )
    header = _header(segment)
    write_durably(path, MAGIC + _LENGTH.pack(len(header)) + header + checksum(header) + body)
    return segment


def write_durably(path: Path, content: bytes) -> None:
    """Create a file completely or not at all, even if the machine loses power."""
    part = path.with_name(path.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make created, renamed and deleted names durable."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def read_header(path: Path) -> Segment:
    """Return a file's header; `DamagedSegment` if its checksum is wrong."""
    with path.open("rb") as file:
        return _read_header(path, file.read(len(MAGIC) + 4 + HEADER_BYTES_MAX + 16))[0]


def read_segment(path: Path) -> list[Raw]:
    """Return the entries of a file, completely checked; `DamagedSegment` if it is damaged."""
    content = path.read_bytes()
    segment, start = _read_header(path, content)
    body = content[start:]
    if checksum(body).hex() != segment.checksum:
        raise DamagedSegment(f"{path.name}: its entries differ from what was written")
    plain = zstandard.ZstdDecompressor().decompress(body, max_output_size=segment.plain_bytes)
    entries = list(_unframed(segment, plain))
    if not entries or entries[-1].position != segment.last:
        raise DamagedSegment(f"{path.name}: its entries do not match its header")
    return entries


def _header(segment: Segment) -> bytes:
    return json.dumps(
        {
            "first": [segment.first.offset, segment.first.sequence],
            "last": [segment.last.offset, segment.last.sequence],
            "previous": segment.previous,
            "plain_bytes": segment.plain_bytes,
            "checksum": segment.checksum,
        }
    ).encode()


def _read_header(path: Path, content: bytes) -> tuple[Segment, int]:
    start = len(MAGIC) + _LENGTH.size
    if content[: len(MAGIC)] != MAGIC or len(content) < start:
        raise DamagedSegment(f"{path.name}: it is no segment that this build knows")
    stop = start + _LENGTH.unpack(content[len(MAGIC) : start])[0]
    header = content[start:stop]
    if content[stop : stop + 16] != checksum(header):
        raise DamagedSegment(f"{path.name}: its header differs from what was written")
    read = json.loads(header)
    first, last = Position(*read["first"]), Position(*read["last"])
    segment = Segment(path, first, last, read["previous"], read["plain_bytes"], read["checksum"])
    return segment, stop + 16


def _framed(entry: Raw) -> bytes:
    return _FRAME.pack(*offset_key(entry.position.offset), len(entry.payload)) + entry.payload


def _unframed(segment: Segment, plain: bytes) -> Iterator[Raw]:
    at, sequence, previous = 0, segment.first.sequence, segment.previous
    between = NUMBERED if NUMBERED in segment.first.offset else "-"
    while at < len(plain):
        first, second, length = _FRAME.unpack_from(plain, at)
        at += _FRAME.size + length
        offset = f"{first}{between}{second}"
        yield Raw(Position(offset, sequence), previous, plain[at - length : at])
        sequence, previous = sequence + 1, offset
