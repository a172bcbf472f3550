"""The records of an export, whatever its format: JSON lines, JSON, CSV, or a binary dump.

The dashboard of Gorse 0.5 exports JSON lines, that of 0.3 and 0.4 CSV; `gorse-cli dump` writes one
binary file of all three kinds; the REST API answers with JSON that holds a list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from headwater_server.evaluation.gorse.dump import is_dump, read_dump
from headwater_server.evaluation.table import Content, csv_rows, read_content
from headwater_server.reading.problems import BadFile, Problem, Problems


class Kind(Enum):
    """The kind of a file's records; the value is the list's name in the REST API's answers."""

    ITEMS = "Items"
    USERS = "Users"
    FEEDBACK = "Feedback"


class Record(NamedTuple):
    """One record and its place: the line of a text, else its number. Names as `plain_name` says."""

    line: int
    fields: dict[str, Any]


class Export(NamedTuple):
    """All records of one kind in a file, and the file's digest."""

    path: Path
    digest: str
    records: list[Record]
    problems: Problems


def plain_name(name: str) -> str:
    """Return a field's name, of any version of Gorse, in one spelling.

    >>> plain_name("ItemId"), plain_name("item_id"), plain_name("time_stamp")
    ('itemid', 'itemid', 'timestamp')
    """
    name = name.strip().replace("_", "").lower()
    return "comment" if name == "description" else name


def read_export(path: Path, kind: Kind) -> Export:
    """Read the records of one kind. Raises `BadFile` if the file cannot be read at all."""
    content = read_content(path)
    problems = Problems(path)
    if is_dump(content.raw):
        records = [Record(n, f) for n, f in read_dump(content.raw, kind.name, problems)]
    else:
        records = list(_text_records(content, kind, problems))
    problems.raise_if_any()
    return Export(path, content.digest, records, problems)


def _text_records(content: Content, kind: Kind, problems: Problems) -> Iterator[Record]:
    text = content.text
    start = text.lstrip()[:1]
    if start == "{":
        return _objects(text, kind, problems)
    return _listed(text, content.path) if start == "[" else _table(text, problems)


def _objects(text: str, kind: Kind, problems: Problems) -> Iterator[Record]:
    """Yield the objects of JSON lines; or of an answer of the REST API, which is one object."""
    for line, row in enumerate(text.split("\n"), start=1):
        if not row.strip():
            continue
        try:
            content = json.loads(row)
        except (ValueError, RecursionError) as error:
            if line == 1 and (page := _page(text, kind)) is not None:
                yield from page
                return
            problems.add(line, "", f"no JSON object: {error}")
            continue
        if not isinstance(content, dict):
            problems.add(line, "", "no JSON object")
        elif isinstance(content.get(kind.value), list):
            yield from _numbered(content[kind.value])
        else:
            yield Record(line, {plain_name(name): value for name, value in content.items()})


def _page(text: str, kind: Kind) -> list[Record] | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    listed = content.get(kind.value)
    return list(_numbered(listed if isinstance(listed, list) else [content]))


def _listed(text: str, path: Path) -> Iterator[Record]:
    try:
        return _numbered(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise BadFile(path, [Problem(0, "", f"no JSON list: {error}")]) from None


def _numbered(values: list[Any]) -> Iterator[Record]:
    for number, content in enumerate(values, start=1):
        fields = content.items() if isinstance(content, dict) else ()
        yield Record(number, {plain_name(name): value for name, value in fields})


def _table(text: str, problems: Problems) -> Iterator[Record]:
    """Yield the rows of a CSV; its lists are separated by ``|``."""
    names: list[str] = []
    for line, fields in csv_rows(text, problems):
        if not names:
            names = [plain_name(name) for name in fields]
        elif len(fields) != len(names):
            problems.add(line, "", f"{len(fields)} fields where the header has {len(names)}")
        else:
            yield Record(line, dict(zip(names, fields, strict=True)))
