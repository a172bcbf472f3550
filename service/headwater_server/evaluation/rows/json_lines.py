"""Lines of JSON objects, plain or gzipped, read one by one: a damaged line harms only itself."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from headwater_server.evaluation.table import GZIP_MAGIC
from headwater_server.reading.problems import BadFile, Problem

LINE_BYTES_MAX = 4_000_000
"""A decision with 100 actions of 100 features has about 300,000."""


class JsonLines:
    """The lines of a file; ``digest`` is over the uncompressed bytes, once all are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        """Return SHA-256 in hexadecimal."""
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any] | str]]:
        """Yield (line, object), or (line, reason) for a line that is none; skip blank lines."""
        number = 0
        try:
            with _opened(self.path) as file:
                while raw := file.readline(LINE_BYTES_MAX + 1):
                    number += 1
                    self._hash.update(raw)
                    if len(raw) > LINE_BYTES_MAX:
                        self._skip_rest(file)
                        yield number, f"longer than {LINE_BYTES_MAX:,} bytes"
                    elif raw.strip():
                        yield number, _parsed(raw)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            reason = "the compressed file is damaged or cut short"
            raise BadFile(self.path, [Problem(number + 1, "", reason)]) from None
        except OSError as error:
            raise BadFile(self.path, [Problem(0, "", error.strerror or str(error))]) from None

    def _skip_rest(self, file: IO[bytes]) -> None:
        while part := file.readline(LINE_BYTES_MAX):
            self._hash.update(part)
            if part.endswith(b"\n"):
                return


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        is_gzip = file.read(2) == GZIP_MAGIC
    return cast("IO[bytes]", gzip.open(path, "rb") if is_gzip else path.open("rb"))


def _parsed(raw: bytes) -> dict[str, Any] | str:
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        return "not UTF-8 text"
    except (ValueError, RecursionError):  # also a number of 5,000 digits, or 5,000 brackets
        return "not a JSON object"
    return found if isinstance(found, dict) else "not a JSON object"


def _no_number(text: str) -> float:
    raise ValueError(text)
