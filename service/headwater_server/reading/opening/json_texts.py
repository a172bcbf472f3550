"""JSON in any arrangement as one document a line: lines, arrays, objects that hold one list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from headwater_server.reading.opening.encoding import Text
from headwater_server.reading.opening.places import Source
from headwater_server.reading.opening.table import Table
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session

SAMPLE, SAMPLE_OF_MANY = 100, 10
CHUNK = 1 << 20
VALUE_MAX = 1 << 28  # of one value that is no line of its own
_OF_ONE = frozenset({"@type", "id", "type", "event", "event_name", "eventtype"})
_LISTS = ("@graph", "itemListElement")
_BLANK = " \t\r\n\ufeff"


def is_json(head: str) -> bool:
    """Return whether a text begins as JSON documents do."""
    start = head.lstrip(_BLANK)[:2]
    return start[:1] == "{" or (start[:1] == "[" and start[1:2] in {"", "{", "[", " ", "\n", "\r"})


def table_of_json(source: Source, text: Text, session: Session) -> Table:
    """Open JSON as a relation of documents. Raises `BadFile`."""
    if not _has_lines(text.head):
        text = _as_lines(source, text, session)
    table = Table(
        name=source.name,
        path=source.given,
        relation=session.new_name("documents"),
        kind="documents",
        sample=_sample(text, SAMPLE_OF_MANY if source.from_many else SAMPLE),
        encoding=text.encoding,
        container=source.container,
        from_many=source.from_many,
        text_path=text.path,
        row_bytes=text.longest_run,
    )
    if not table.sample:
        raise _bad(source, "there is no JSON object in it")
    return table


def _has_lines(head: str) -> bool:
    """Return whether it is one object a line; a single object may hold the list."""
    lines = [line for line in head.lstrip("\ufeff").split("\n", 20) if line.strip()]
    if not lines or not lines[0].lstrip().startswith("{"):
        return False
    try:
        first = json.loads(lines[0])
    except (ValueError, RecursionError):
        # a broken first line among others is a broken line, and not another arrangement
        return len(lines) > 1 and all(line.strip()[:1] == "{" for line in lines)
    return len(lines) > 1 or _list_in(first) is None


def _sample(text: Text, most: int) -> tuple[dict[str, Any], ...]:
    found: list[dict[str, Any]] = []
    with text.path.open(encoding="utf-8-sig", errors="replace") as file:
        for line in file:
            try:
                value = json.loads(line) if line.strip() else None
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                found.append(value)
            if len(found) == most:
                break
    return tuple(found)


def _as_lines(source: Source, text: Text, session: Session) -> Text:
    """Write one document a line. Lines in messages are then numbers of documents."""
    path = session.new_file(".jsonl")
    longest = 0
    with (
        text.path.open(encoding="utf-8-sig") as file,
        path.open("w", encoding="utf-8") as out,
    ):
        for number, value in enumerate(_values(file, source), start=1):
            for document in _documents(value):
                line = json.dumps(document, ensure_ascii=False)
                longest = max(longest, 4 * len(line))
                out.write(line + "\n")
            if number % 1000 == 0:
                session.watch(f"read {source.short}", number, 0)
    return Text(path, text.encoding, "", longest)


def _documents(value: Any) -> Iterator[Any]:
    listed = _list_in(value) if isinstance(value, dict) else None
    yield from [value] if listed is None else listed


def _list_in(value: dict[str, Any]) -> list[Any] | None:
    """Return the list that a page of an API or a graph holds, None if it is a document itself."""
    for name in _LISTS:
        if isinstance(value.get(name), list):
            return [one.get("item", one) if isinstance(one, dict) else one for one in value[name]]
    if any(name.lower() in _OF_ONE for name in value):
        return None
    lists = [one for one in value.values() if isinstance(one, list) and one]
    objects = [one for one in lists if all(isinstance(inner, dict) for inner in one)]
    others = [one for one in value.values() if isinstance(one, dict)]
    if len(objects) != 1 or len(lists) != 1 or others or len(value) > 5:
        return None
    return objects[0]


def _values(file: IO[str], source: Source) -> Iterator[Any]:
    """Yield the values of a text one by one: of an array its elements."""
    decoder = json.JSONDecoder()
    buffer, place, size, seen = "", 0, CHUNK, 0
    is_array = False
    while True:
        more = file.read(size)
        buffer, place = buffer[place:] + more, 0
        if len(buffer) > VALUE_MAX:
            raise _bad(source, "one JSON value is too large; write it as JSON lines")
        while True:
            place = _skipped(buffer, place, ",]" if is_array else ",")
            if not seen and not is_array and buffer[place : place + 1] == "[":
                is_array, place = True, place + 1
                continue
            if place >= len(buffer):
                break
            try:
                value, place = decoder.raw_decode(buffer, place)
            except (ValueError, RecursionError) as error:
                if more and not isinstance(error, RecursionError):
                    break  # the rest of it is not read yet
                reason = f"not JSON: value {seen + 1} is damaged or cut short"
                raise _bad(source, reason) from None
            seen += 1
            size = CHUNK
            yield value
        if not more:
            return
        size = max(size, 2 * (len(buffer) - place))  # so that a long value is not tried too often


def _skipped(buffer: str, place: int, separators: str) -> int:
    while place < len(buffer) and (buffer[place] in _BLANK or buffer[place] in separators):
        place += 1
    return place


def _bad(source: Source, reason: str) -> BadFile:
    return BadFile(Path(source.name), [Problem(0, "", reason)])
