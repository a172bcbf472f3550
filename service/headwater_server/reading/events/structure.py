"""Rows that are no rows: too few cells, too many, an open quote, a line that is no JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from headwater_server.reading.events.staging import Staged
from headwater_server.reading.opening.rows import rejects_of
from headwater_server.reading.opening.table import DOCUMENT, Table
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session, literal


def structure(staged: Staged, session: Session) -> list[Problem]:
    """Return the rows of a text that have not the header's number of cells, or an open quote."""
    table = staged.part.table
    rejects = rejects_of(table.relation)
    if table.kind == "documents":
        return []
    known = "SELECT count(*) FROM duckdb_tables() WHERE table_name = "
    if table.text_path is None or not session.row(known + literal(rejects))[0]:
        return []
    sql = f"SELECT error_type, count(DISTINCT line), min(line) FROM {rejects} GROUP BY 1 ORDER BY 3"
    return [_misfit(table, kind, rows, line) for kind, rows, line in session.rows(sql)]


def _misfit(table: Table, error_type: str, rows: int, row: int) -> Problem:
    width = len(table.first_row)
    kind, text = {
        "MISSING COLUMNS": ("few", f"fewer cells than the {width} of the first row"),
        "TOO MANY COLUMNS": ("many", f"more cells than the {width} of the first row"),
        "UNQUOTED VALUE": ("quote", "a quote that never closes, or text after a closing quote"),
    }.get(error_type, ("", error_type.lower()))
    return Problem(table.first_line_of(kind) if kind else row, "", text, rows)


def broken_documents(tables: Sequence[Table], session: Session) -> list[BadFile]:
    """Return the lines that are no JSON objects, before anything is looked for in them."""
    found = []
    for table in tables:
        if table.kind == "documents" and table.text_path is not None:
            sql = f"""SELECT count(*), min(_line) FROM {table.relation}
                WHERE NOT json_valid({DOCUMENT}) OR json_type({DOCUMENT}) <> 'OBJECT'"""
            rows, first = session.row(sql)
            if rows:
                line = table.lines_of({first})[first]
                problem = Problem(line, "", "no JSON object", rows)
                found.append(BadFile(Path(table.name), [problem]))
    return found
