"""All tables of the files that a command names, whatever they are packed in and written as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
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
from headwater_server.reading.problems import BadFile, EmptyFile, raise_all
from headwater_server.reading.session import Session


@dataclass
class Opened:
    """What could be opened, and what could not; empty files of several are in neither."""

    tables: list[Table] = field(default_factory=list)
    bad: list[BadFile] = field(default_factory=list)


def opened(paths: Iterable[Path], session: Session, encoding: str = "") -> list[Table]:
    """Open files, folders and patterns as tables of texts. Raises `BadFile`.

    ``encoding``: of texts that are no UTF-8.
    """
    found = open_all(paths, session, encoding)
    raise_all(found.bad)
    return found.tables


def open_all(paths: Iterable[Path], session: Session, encoding: str = "") -> Opened:
    """Open what can be opened. Raises `BadFile` for a path that names no file.

    An empty file of several, such as that of a quiet day, is noted as unread.
    """
    found, every = Opened(), sources(paths)
    for source in every:
        try:
            found.tables += _tables(replace(source, encoding=encoding), session)
        except EmptyFile as empty:
            if len(every) > 1:
                session.unread[source.name] = "it is empty"
            else:
                found.bad.append(empty)
        except BadFile as bad:
            found.bad.append(bad)
    return found


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
