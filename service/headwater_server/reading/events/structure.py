"""Rows that are no rows: too few cells, too many, an open quote, a line that is no JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from headwater_server.reading.events.staging import Staged
from headwater_server.reading.opening.joining import where
from headwater_server.reading.opening.table import DOCUMENT, Table
from headwater_server.reading.opening.views import rejects_of, scans_of
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session, literal

Problems = dict[str, list[Problem]]
"""What is wrong, by the names of files."""


def structure(staged: Staged, session: Session) -> Problems:
    """Return the rows of a text that have not the header's number of cells, or an open quote."""
    table = staged.part.table
    rejects, scans = rejects_of(table.relation), scans_of(table.relation)
    known = "SELECT count(*) FROM duckdb_tables() WHERE table_name = "
    if table.kind == "documents" or table.text_path is None:
        return {}
    if not session.row(known + literal(rejects))[0]:
        return {}
    files = {str(one.data_path): one for one in table.files}
    found: Problems = {}
    for path, kind, rows, line in session.rows(
        "SELECT file_path, error_type, count(DISTINCT line), min(line) "
        f"FROM {rejects} JOIN {scans} USING (scan_id, file_id) GROUP BY 1, 2 ORDER BY 1, 4"
    ):
        misfit = _misfit(files[path], kind, rows, line)
        found.setdefault(files[path].name, []).append(misfit)
    return found


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
                at = where(table, {first}, session)[first]
                problem = Problem(at.line, "", "no JSON object", rows)
                found.append(BadFile(Path(at.name), [problem]))
    return found
