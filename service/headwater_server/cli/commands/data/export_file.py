"""The file of an export: whole or not there, in the format of its name."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from headwater_server.cli.outputs import check_file
from headwater_server.exporting.columns import TABLES, Row
from headwater_server.exporting.texts import Csv, JsonLines, TextFormat
from headwater_server.settings_checks import BadSettings

FORMATS = ("csv", "jsonl", "parquet")
NEEDS = "Parquet needs pyarrow: pip install '.[lake]' in a checkout, or 'FILE.whl[lake]' of a wheel"


class ExportFile:
    """Open for rows; `open_file` makes and ends it."""

    def __init__(self, file: BinaryIO, format_: str, table: str, parts: ExitStack) -> None:
        self.rows = 0
        self._file, self._format, self._columns = file, format_, TABLES[table]
        self._features: Sequence[str] = ()
        self._text: TextFormat | None = None
        self._parquet: Any = None
        if format_ == "parquet":
            from headwater_server.exporting.parquet import ParquetRows

            self._parquet = parts.enter_context(ParquetRows(file, self._columns))

    def features(self, names: Sequence[str]) -> None:
        """Name the features; call it before the first `add`. Raises `CannotWrite`."""
        self._features = names

    def add(self, rows: Sequence[Row]) -> None:
        """Write some rows. Raises `CannotWrite`."""
        self.rows += len(rows)
        if self._parquet is not None:
            self._parquet.add(rows)
        else:
            self._file.write(self._begun().rows(rows).encode("utf-8", "surrogatepass"))

    def end(self) -> None:
        """Write what stands before the first row, if there was none."""
        if self._parquet is None:
            self._begun()

    def _begun(self) -> TextFormat:
        if self._text is None:
            is_csv = self._format == "csv"
            self._text = Csv(self._columns, self._features) if is_csv else JsonLines(self._columns)
            self._file.write(self._text.head().encode())
        return self._text


@contextmanager
def open_file(path: Path, format_: str, table: str) -> Iterator[ExportFile]:
    """Open a new file; it appears under its name when all rows are written. Raises `BadSettings`.

    Only its owner may read it: it holds persons' data.
    """
    chosen = _chosen(path, format_)
    if os.path.lexists(path):
        raise BadSettings(f"--out: {path} exists; delete it, or write another name")
    check_file("--out", path)
    part = path.with_name(path.name + ".part")
    try:
        with ExitStack() as parts:
            raw = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
            file: IO[bytes] = parts.enter_context(raw)
            if path.suffix == ".gz":
                file = cast(
                    "IO[bytes]",
                    parts.enter_context(gzip.GzipFile(fileobj=file, mode="wb", mtime=0)),
                )
            export = ExportFile(cast("BinaryIO", file), chosen, table, parts)
            yield export
            export.end()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _chosen(path: Path, format_: str) -> str:
    """Return the format: the given one, else that of the file's name. Raises `BadSettings`."""
    name = path.name.removesuffix(".gz")
    chosen = format_ or name.rpartition(".")[2].lower().replace("json", "jsonl").replace(
        "jsonll", "jsonl"
    )
    if chosen not in FORMATS:
        raise BadSettings(
            f"--out: {path.name} names no format: end it with .csv, .jsonl or .parquet"
        )
    named = name.rpartition(".")[2].lower()
    if named in FORMATS and named != chosen:
        raise BadSettings(f"--format {chosen}: the name {path.name} says {named}; change one")
    if chosen == "parquet":
        if path.suffix == ".gz":
            raise BadSettings("--out: a Parquet file is compressed already; leave .gz out")
        if find_spec("pyarrow") is None:
            raise BadSettings(NEEDS)
    return chosen
