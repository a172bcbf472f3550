"""Choices that are the same but for their files, read as one: an export in thousands of files."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from headwater_server.reading.mapping.compiled import Choice
from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.opening.joining import joined
from headwater_server.reading.opening.table import Table
from headwater_server.reading.session import Session
from headwater_server.reading.times import TimeFormat

ALIKE_MIN = 10  # fewer are read one by one, so that the report has a part for each


def together(choices: Sequence[Choice], session: Session) -> list[Choice]:
    """Return the choices, those of many files of one form as one, where its first file was."""
    groups: dict[Hashable, list[Choice]] = {}
    for number, choice in enumerate(choices):
        key = number if _stands_alone(choice) else _key(choice)
        groups.setdefault(key, []).append(choice)
    return [one for group in groups.values() for one in _joined(group, session)]


def _joined(group: Sequence[Choice], session: Session) -> Sequence[Choice]:
    if len(group) < ALIKE_MIN:
        return group
    table = joined([choice.tables[0] for choice in group], session)
    first = group[0]
    why = first.why.replace(first.tables[0].name, table.name)
    return [replace(first, tables=(table,), why=why)]


def _stands_alone(choice: Choice) -> bool:
    """Return whether a form looks at rows beside each other, which are to be of one file."""
    return len(choice.tables) > 1 or bool(choice.mapping.sql)


def _key(choice: Choice) -> Hashable:
    table = choice.tables[0]
    form = choice.mapping
    written = TimeFormat(format=form.time.format, unit=form.time.unit)
    time = written.seen(_times(form, table))  # files that write them differently are no one table
    return (
        choice.preset, repr(form), table.kind, table.columns, len(table.first_row),
        table.has_header, table.delimiter, table.quote, table.lines_above,
        bool(table.parquet), table.selected,
        time.unit, time.common,
    )  # fmt: skip


def _times(form: Form, table: Table) -> Iterator[str]:
    for row in table.sample:
        for name in form.columns["event_time"].names if "event_time" in form.columns else ():
            value: Any = row
            for key in [name] if table.kind == "rows" else name.split("."):
                value = value.get(key) if isinstance(value, dict) else None
            if isinstance(value, str | int | float):
                yield str(value)
