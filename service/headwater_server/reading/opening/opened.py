"""All tables of the files that a command names, whatever they are packed in and written as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from headwater_server.reading.opening.encoding import text_of
from headwater_server.reading.opening.json_texts import is_json, table_of_json
from headwater_server.reading.opening.packed.unpacking import unpacked
from headwater_server.reading.opening.parquet import table_of_parquet
from headwater_server.reading.opening.places import Source, sources
from headwater_server.reading.opening.rows import table_of_rows
from headwater_server.reading.opening.sheets import text_of_sheet
from headwater_server.reading.opening.table import Table
from headwater_server.reading.opening.xml_feed import is_xml, json_of_xml
from headwater_server.reading.problems import BadFile, raise_all
from headwater_server.reading.session import Session


def opened(paths: Iterable[Path], session: Session, encoding: str = "") -> list[Table]:
    """Open files, folders and patterns as tables of texts. Raises `BadFile`.

    All files that cannot be opened are named at once. ``encoding``: of texts that are no UTF-8.
    """
    tables: list[Table] = []
    bad: list[BadFile] = []
    for source in sources(paths):
        try:
            tables += _tables(replace(source, encoding=encoding), session)
        except BadFile as one:
            bad.append(one)
    raise_all(bad)
    return tables


def _tables(given: Source, session: Session) -> Iterator[Table]:
    for source, kind in unpacked(given, session):
        yield _table(source, kind, session)


def _table(source: Source, kind: str, session: Session) -> Table:
    if kind == "parquet":
        return table_of_parquet(source, session)
    if kind == "sheet":
        text = text_of_sheet(source, session)
        return replace(table_of_rows(source, text, session), container="spreadsheet")
    text = text_of(source, session)
    if is_xml(text.head):
        return replace(
            table_of_json(source, json_of_xml(source, session), session), container="XML"
        )
    if is_json(text.head):
        return table_of_json(source, text, session)
    return table_of_rows(source, text, session)
