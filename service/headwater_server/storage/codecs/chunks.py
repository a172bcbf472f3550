"""Encodes a state as a sequence of compressed chunks with checksums, and decodes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import zstandard

from headwater_server.replica.faults import DamagedSnapshot
from headwater_server.storage.codecs.plain import Piece, PlainReader, encode_plain

CHUNK_BYTES = 1_048_576  # before compression; larger ones would block the store for longer
COMPRESSION_LEVEL = 1  # speed matters more: it shares the processor with the answers


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk as it is stored."""

    stored: bytes
    checksum: bytes
    plain_bytes: int


def checksum(content: bytes) -> bytes:
    """Return the checksum that detects a damaged chunk."""
    return hashlib.blake2b(content, digest_size=16).digest()


def encode_chunks(parts: Iterable[tuple[str, Any]], digest: Any) -> Iterator[Chunk]:
    """Yield the chunks of ``parts``; update ``digest`` (of hashlib) with their plain bytes."""
    compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
    for plain in _cut(parts):
        digest.update(plain)
        stored = compressor.compress(plain)
        yield Chunk(stored, checksum(stored), len(plain))


def decode_chunks(chunks: Iterable[Chunk], digest: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts; `DamagedSnapshot` at the first chunk that differs from what was written."""
    reader = PlainReader(_plain(chunks, digest))
    while not reader.at_end():
        yield reader.read(), reader.read()


def _cut(parts: Iterable[tuple[str, Any]]) -> Iterator[bytes]:
    chunk = bytearray()
    for piece in _pieces(parts):
        rest = memoryview(piece)
        while rest:
            step = min(CHUNK_BYTES - len(chunk), len(rest))
            chunk += rest[:step]
            rest = rest[step:]
            if len(chunk) == CHUNK_BYTES:
                yield bytes(chunk)
                chunk.clear()
    if chunk:
        yield bytes(chunk)


def _pieces(parts: Iterable[tuple[str, Any]]) -> Iterator[Piece]:
    for path, value in parts:
        yield from encode_plain(path)
        yield from encode_plain(value)


def _plain(chunks: Iterable[Chunk], digest: Any) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor()
    for number, chunk in enumerate(chunks):
        if checksum(chunk.stored) != chunk.checksum:
            raise DamagedSnapshot(f"chunk {number} differs from what was written")
        plain = decompressor.decompress(chunk.stored, max_output_size=chunk.plain_bytes)
        digest.update(plain)
        yield plain
