"""The files of a lake: where they are, what they hold, and that none is missing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headwater_server.errors import CommandFailed
from headwater_server.lake.schema import SCHEMA
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.archive.segment import sync_directory
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.private import make_private

FORMAT = b"1"
HOUR_MS = 3_600_000
_NAME = re.compile(r"(\d{20})-(\d{20})\.parquet", re.ASCII)


class BadLake(CommandFailed):
    """The files are not those of one log without a gap."""


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One file: the entries from ``first`` to ``last``, by sequence number."""

    path: Path
    first: int
    last: int


def hour_of(time_ms: int) -> int:
    """Return the start of the hour, in milliseconds since 1970."""
    return time_ms - time_ms % HOUR_MS


class Lake:
    """The files of one catalogue. Every method reads or writes files: call it in a thread."""

    def __init__(self, directory: Path, catalogue: str) -> None:
        """Name the folder; the first write creates it."""
        self.path = directory.absolute() / catalogue

    def files(self) -> list[LakeFile]:
        """Return the files in the order of the log. Raises `BadLake` if one is missing."""
        found = sorted(self._found(), key=lambda file: file.first)
        for before, after in pairwise(found):
            if after.first != before.last + 1:
                raise BadLake(
                    f"{self.path}: after {before.path.name} the file with entry {before.last + 1} "
                    f"was expected, found {after.path.name}; restore the missing file or delete "
                    "all later ones, then write again"
                )
        return found

    def _found(self) -> Iterator[LakeFile]:
        for path in self.path.glob("date=*/hour=*/*.parquet"):
            if match := _NAME.fullmatch(path.name):
                yield LakeFile(path, int(match[1]), int(match[2]))

    def end(self) -> Position:
        """Return the position of the last entry, `START` for an empty lake."""
        files = self.files()
        return span_of(files[-1])[1] if files else START

    def other_log(self, found: str = "") -> BadLake:
        """Return the error of a lake that is not of the log that it is to continue."""
        end = self.end()
        return BadLake(
            f"{self.path}: its last entry, {end.sequence} at {end.offset}, is not on this log"
            f"{found}. Write another store's log to another --lake, or under another --catalogue; "
            "if the store was set back to an older backup, begin a new lake"
        )

    def put(
        self, batches: Sequence[pa.RecordBatch], before: Position, last: Position, hour_ms: int
    ) -> LakeFile:
        """Write a file of the entries after ``before`` up to ``last``, whole or not at all."""
        first = before.sequence + 1
        hour = datetime.fromtimestamp(hour_ms / 1_000, UTC)
        folder = self.path / f"date={hour:%Y-%m-%d}" / f"hour={hour:%H}"
        path = folder / f"{first:020d}-{last.sequence:020d}.parquet"
        make_private(self.path)
        folder.mkdir(parents=True, exist_ok=True)
        write_file(path, batches, before, last)
        return LakeFile(path, first, last.sequence)


def write_file(
    path: Path, batches: Sequence[pa.RecordBatch], before: Position, last: Position
) -> None:
    """Write the file durably under its name; the same entries give the same bytes."""
    about = {
        b"headwater.format": FORMAT,
        b"headwater.previous": before.offset.encode(),
        b"headwater.last": last.offset.encode(),
    }
    part = path.with_name(path.name + ".part")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        with pq.ParquetWriter(file, SCHEMA.with_metadata(about), compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_directory(path.parent)


def span_of(file: LakeFile) -> tuple[Position, Position]:
    """Return the position of the entry before the file, and of the last one in it."""
    about = _about(file)
    before = Position(about[b"headwater.previous"].decode(), file.first - 1)
    return before, Position(about[b"headwater.last"].decode(), file.last)


def _about(file: LakeFile) -> dict[bytes, bytes]:
    try:
        about: dict[bytes, bytes] = pq.read_schema(file.path).metadata or {}
    except (OSError, pa.ArrowInvalid) as error:
        raise BadLake(f"{file.path} cannot be read: {error}") from None
    if about.get(b"headwater.format") != FORMAT:
        raise BadLake(f"{file.path}: no file of a lake that this build reads")
    return about


def entries_of(file: LakeFile) -> Iterator[Raw]:
    """Yield the entries as the log stored them, for a restore."""
    before = span_of(file)[0]
    columns = ["sequence", "offset", "payload"]
    with pq.ParquetFile(file.path) as parquet:
        for batch in parquet.iter_batches(columns=columns, batch_size=10_000):
            for row in batch.to_pylist():
                if row["payload"] is not None:
                    entry = Raw(
                        Position(row["offset"], row["sequence"]), before.offset, row["payload"]
                    )
                    yield entry
                    before = entry.position
