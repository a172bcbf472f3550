"""A feed of products in XML (RSS, Atom, or a shop's own) as one document an element."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater_server.reading.opening.encoding import Text
from headwater_server.reading.opening.places import Source
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session

_RECORDS = frozenset({
    "item", "entry", "product", "offer", "shopitem", "row", "record", "good", "article",
})  # fmt: skip
_PREFIXES = {"http://base.google.com/ns/1.0": "g:"}


def is_xml(head: str) -> bool:
    """Return whether a text begins as XML does."""
    start = head.lstrip(" \t\r\n\ufeff")[:200].lower()
    return start.startswith("<?xml") or (start.startswith("<") and not start.startswith("<!doc"))


def json_of_xml(source: Source, session: Session) -> Text:
    """Write each product of a feed as a line of JSON. Raises `BadFile`."""
    path, longest = session.new_file(".jsonl"), 0
    with path.open("w", encoding="utf-8") as out:
        for number, document in enumerate(_documents(source), start=1):
            line = json.dumps(document, ensure_ascii=False)
            longest = max(longest, 4 * len(line))
            out.write(line + "\n")
            if number % 1000 == 0:
                session.watch(f"read {source.short}", number, 0)
    with path.open(encoding="utf-8") as file:
        head = file.read(1 << 20)
    if not head:
        names = ", ".join(f"<{name}>" for name in sorted(_RECORDS))
        raise _bad(source, f"the XML holds no list of products; their elements are one of {names}")
    return Text(path, "as the XML says", head + "{", longest)


def _documents(source: Source) -> Iterator[dict[str, Any]]:
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415 - the error's class only

    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 - an extra
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415 - an extra

    depth_of_record = 0
    path: list[Any] = []
    try:
        for event, element in iterparse(str(source.path), events=("start", "end")):
            if event == "start":
                path.append(element)
                if not depth_of_record and _name(element.tag).lower() in _RECORDS:
                    depth_of_record = len(path)
                continue
            if len(path) == depth_of_record:
                if _name(element.tag).lower() in _RECORDS:
                    yield _document(element)
                element.clear()
                path[-2].remove(element) if len(path) > 1 else None
            path.pop()
    except ParseError as error:
        line = error.position[0]
        raise BadFile(Path(source.name), [Problem(line, "", "not XML from here on")]) from None
    except DefusedXmlException:
        raise _bad(
            source, "XML with entities of its own is not read: it can be an attack"
        ) from None


def _document(element: Any) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, value in element.attrib.items():
        _put(document, _name(name), value)
    for child in element:
        _put(document, _name(child.tag), _value(child))
    return document


def _value(element: Any) -> Any:
    text = (element.text or "").strip()
    if len(element):
        return _document(element)
    if not element.attrib:
        return text
    if not text:  # Atom's <link href="…"/>
        return element.attrib.get("href", "") or dict(element.attrib)
    return text


def _put(document: dict[str, Any], name: str, value: Any) -> None:
    if name not in document:
        document[name] = value
    elif isinstance(document[name], list):
        document[name].append(value)
    else:
        document[name] = [document[name], value]


def _name(tag: str) -> str:
    space, _, name = tag.rpartition("}")
    return _PREFIXES.get(space.removeprefix("{"), "") + name


def _bad(source: Source, reason: str) -> BadFile:
    return BadFile(Path(source.name), [Problem(0, "", reason)])
