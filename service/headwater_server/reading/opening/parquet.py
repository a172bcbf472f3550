"""A Parquet file as a relation of texts, or of documents if it has nested columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from headwater_server.reading.opening.places import Source
from headwater_server.reading.opening.table import DOCUMENT, Table
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session, literal

SAMPLE = 100


def table_of_parquet(source: Source, session: Session) -> Table:
    """Open a Parquet file. Raises `BadFile`."""
    import duckdb  # noqa: PLC0415 - an extra

    read = f"read_parquet({literal(str(source.path))})"
    try:
        columns = session.rows(f"DESCRIBE SELECT * FROM {read}")
        return _table(source, session, read, [(row[0], row[1]) for row in columns])
    except duckdb.Error as error:
        reason = "the Parquet file is damaged, cut short or encrypted"
        raise BadFile(Path(source.name), [Problem(0, "", reason)]) from error


def _table(source: Source, session: Session, read: str, columns: list[tuple[str, str]]) -> Table:
    nested = any("[" in kind or ("(" in kind and "DECIMAL" not in kind) for _, kind in columns)
    if nested:
        fields = ", ".join(f"{_name(name)} := {_name(name)}" for name, _ in columns)
        select = f"CAST(to_json(struct_pack({fields})) AS VARCHAR) AS {DOCUMENT}"
    else:
        cells = [f"CAST({_name(name)} AS VARCHAR) AS c{n}" for n, (name, _) in enumerate(columns)]
        select = ", ".join(cells)
    names = tuple(name for name, _ in columns)
    return Table(
        name=source.name,
        path=source.given,
        relation=session.new_name("parquet"),
        kind="documents" if nested else "rows",
        columns=() if nested else names,
        first_row=() if nested else names,
        sample=_sample(session, f"SELECT {select} FROM {read}", names, nested=nested),
        encoding="Parquet",
        container=source.container,
        from_many=source.from_many,
        parquet=source.path,
        selected=select,
    )


def _sample(
    session: Session, sql: str, names: tuple[str, ...], *, nested: bool
) -> tuple[dict[str, Any], ...]:
    rows = session.rows(f"{sql} LIMIT {SAMPLE}")
    if nested:
        return tuple(json.loads(document) for (document,) in rows)
    return tuple(dict(zip(names, row, strict=True)) for row in rows)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
