"""A spreadsheet (xlsx, xls, ods) as a text of rows."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from headwater_server.reading.opening.encoding import HEAD_BYTES, Text
from headwater_server.reading.opening.places import Source
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session


def text_of_sheet(source: Source, session: Session) -> Text:
    """Write the first sheet with a table as CSV. Raises `BadFile`."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - an extra

    try:
        book = CalamineWorkbook.from_path(str(source.path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height > 1 and sheet.width > 1:
                return _written(sheet, name, session)
    except (CalamineError, OSError) as error:
        reason = "the spreadsheet is damaged or needs a password"
        raise BadFile(Path(source.name), [Problem(0, "", reason)]) from error
    raise BadFile(Path(source.name), [Problem(0, "", "the spreadsheet holds no table")])


def _written(sheet: Any, name: str, session: Session) -> Text:
    path = session.new_file(".csv")
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for number, row in enumerate(sheet.iter_rows(), start=1):
            writer.writerow([cell_text(cell) for cell in row])
            if number % 10_000 == 0:
                session.watch("read the spreadsheet", number, sheet.total_height)
    with path.open(encoding="utf-8") as file:
        return Text(path, f"Excel, sheet {name}", file.read(HEAD_BYTES))


def cell_text(cell: Any) -> str:
    """Return a cell as a person would type it: 17850.0 is the id 17850.

    >>> cell_text(17850.0), cell_text(2.55), cell_text(None), cell_text(True)
    ('17850', '2.55', '', 'true')
    >>> cell_text(datetime(2010, 12, 1, 8, 26))
    '2010-12-01 08:26:00'
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime | date | time | timedelta):
        return str(cell)
    return str(cell)
