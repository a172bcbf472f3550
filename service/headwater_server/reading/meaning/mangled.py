"""Ids that a spreadsheet or a data frame has changed: `2.10381E+18`, `123.0`."""

from __future__ import annotations

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

FIRST = 200


def mangled_notes(
    connection: DuckDBPyConnection, cells: Mapping[str, str], source: str
) -> tuple[str, ...]:
    """Return a note for each column of ids (label -> SQL of the cell) that was changed."""
    cells = _suspect(connection, cells, source)
    if not cells:
        return ()
    counts = ", ".join(
        f"count(*) FILTER (WHERE contains({cell}, 'E+') AND regexp_matches({cell}, "
        f"'^\\d(\\.\\d+)?E\\+\\d+$')), "
        f"count(*) FILTER (WHERE ends_with({cell}, '.0') AND regexp_matches({cell}, '^\\d+\\.0$'))"
        for cell in cells.values()
    )
    found = connection.execute(f"SELECT count(*), {counts} FROM {source}").fetchone() or (0,)
    rows = found[0]
    notes = []
    for number, label in enumerate(cells):
        lost, floats = found[1 + 2 * number], found[2 + 2 * number]
        if lost:
            notes.append(
                f"{label}: {lost:,} of {rows:,} ids were cut by a spreadsheet (2.1E+18), so "
                "different ones became one: export again as text"
            )
        if floats:
            notes.append(
                f"{label}: {floats:,} of {rows:,} ids end with .0, as a data frame writes whole "
                "numbers; they are kept as they are, and match no id without it"
            )
    return tuple(notes)


def _suspect(
    connection: DuckDBPyConnection, cells: Mapping[str, str], source: str
) -> dict[str, str]:
    """Return the columns whose first cells look changed; a look at all reads the file again."""
    suspects = {}
    for label, cell in cells.items():
        first = f"SELECT {cell} AS x FROM {source} LIMIT {FIRST}"
        found = connection.execute(
            f"SELECT count(*) FROM ({first}) "
            "WHERE regexp_matches(x, '^\\d+(\\.0|\\.?\\d*E\\+\\d+)$')"
        ).fetchone()
        if found and found[0]:
            suspects[label] = cell
    return suspects
