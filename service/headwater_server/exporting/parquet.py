"""Rows as a Parquet file; needs pyarrow (the extra lake)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, BinaryIO, Self

import pyarrow as pa
import pyarrow.parquet as pq

from headwater_server.exporting.columns import Kind, Row

_VALUE = pa.map_(pa.string(), pa.string())
TYPES: Mapping[Kind, Any] = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.WHOLE: pa.int64(),
    Kind.YES_NO: pa.bool_(),
    Kind.TIME: pa.timestamp("ms", tz="UTC"),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.MAP: pa.string(),  # JSON: its values are texts and numbers
}


class ParquetRows:
    """A file that is open for rows; each `add` becomes a row group. Use it as a context."""

    def __init__(self, file: BinaryIO, columns: Mapping[str, Kind]) -> None:
        self._columns = columns
        self._schema = pa.schema([(name, TYPES[kind]) for name, kind in columns.items()])
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")

    def add(self, rows: Iterable[Row]) -> None:
        """Write some rows."""
        plain = [self._plain(row) for row in rows]
        self._writer.write_batch(pa.RecordBatch.from_pylist(plain, schema=self._schema))

    def _plain(self, row: Row) -> dict[str, Any]:
        return {name: _value(row.get(name), kind) for name, kind in self._columns.items()}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the end of the file."""
        self._writer.close()


def _value(value: Any, kind: Kind) -> Any:
    import json  # noqa: PLC0415 - only maps need it

    if kind is Kind.MAP:
        return json.dumps(value, ensure_ascii=False) if value else None
    return value
