"""A CSV file, plain or gzipped, as rows of text with their line numbers."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headwater_server.reading.problems import BadFile, Problem, Problems

GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class Content:
    """A file's uncompressed bytes. The digest is over them: gzipping changes no id."""

    path: Path
    raw: bytes

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def text(self) -> str:
        """The bytes as UTF-8. Raises `BadFile`."""
        try:
            return self.raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.raw[: error.start].count(b"\n") + 1
            raise BadFile(self.path, [Problem(line, "", "not UTF-8 text")]) from None


@dataclass(frozen=True)
class Table:
    """A file's content. ``digest`` is over the uncompressed bytes: gzipping changes no id."""

    path: Path
    digest: str
    text: str

    def rows(self, problems: Problems) -> Iterator[tuple[int, list[str]]]:
        """Return (line, fields) of each row that is not blank, the header first."""
        return csv_rows(self.text, problems)

    def columns(self, required: tuple[str, ...], problems: Problems) -> list[str]:
        """Return the header's names; raise `BadFile` when they are not valid."""
        line, names = next(self.rows(problems), (0, []))
        problems.raise_if_any()
        names = [name.strip() for name in names]
        if not names:
            problems.add(0, "", "the file is empty")
        for name in required if names else ():
            if name not in names:
                problems.add(line, name, f"missing from the header, which has {', '.join(names)}")
        for name in sorted({name for name in names if names.count(name) > 1}):
            problems.add(line, name, "appears twice in the header")
        problems.raise_if_any()
        return names


def csv_rows(text: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, fields) of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for fields in reader:
            if fields:
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        problems.add(line, "", f"not CSV: {error}")


def open_table(path: Path) -> Table:
    """Read the whole file. Raises `BadFile` if it cannot be read at all."""
    content = read_content(path)
    return Table(path, content.digest, content.text)


def read_content(path: Path) -> Content:
    """Read the whole file, gzipped or not. Raises `BadFile` if it cannot be read at all."""
    try:
        raw = path.read_bytes()
        return Content(path, gzip.decompress(raw) if raw.startswith(GZIP_MAGIC) else raw)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadFile(
            path, [Problem(0, "", "the compressed file is damaged or cut short")]
        ) from None
    except OSError as error:
        raise BadFile(path, [Problem(0, "", error.strerror or str(error))]) from None
