"""What somebody asks of a source: read from the settings, checked key by key."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, urlencode

from headwater_server.reading.mapping.names import near
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.settings_secrets import from_file
from headwater_server.storage.kafka.url import log_problem
from headwater_server.storage.redis.url import url_problem

Kind = Literal["events", "items", "debezium"]
CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": ("events", "items", "debezium"),
    "format": ("json", "protobuf"),
    "start": ("oldest", "newest"),
    "on_delete": ("delete", "unavailable"),
}
TEXTS = ("preset", "map", "stream", "field")
TABLES = ("columns", "types")
KEYS = ("url", *CHOICES, *TEXTS, *TABLES)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class AskedSource:
    """One source. ``stream`` is the key of a Redis Stream, "" for a topic of Kafka.

    ``field`` names the field of a stream's entries that holds the message.
    """

    name: str
    url: str = field(repr=False)
    kind: Kind = "events"
    format: str = "json"
    start: str = "oldest"
    on_delete: str = "delete"
    stream: str = ""
    field: str = ""
    mapping: MappingOptions | None = None

    @property
    def is_kafka(self) -> bool:
        """Whether it is a topic of Kafka."""
        return self.url.startswith("kafka://")


def plain_sources(value: object) -> dict[str, dict[str, str]]:
    """Return the setting as plain texts, by source and key. ValueError names key and fix.

    It is a table of tables, the same as JSON, or texts ``NAME=URL`` with spaces between them.

    >>> plain_sources("clicks=redis://shop:6379/0?stream=clicks")
    {'clicks': {'url': 'redis://shop:6379/0', 'stream': 'clicks'}}
    """
    if isinstance(value, str):
        value = _of_text(value)
    if not isinstance(value, Mapping):
        raise ValueError("sources: write NAME=URL, or a table for each source")  # noqa: TRY004
    plain = {str(name): _plain(str(name), table) for name, table in value.items()}
    for name, table in plain.items():
        asked_source(name, table)
    return plain


def _of_text(text: str) -> object:
    if text.strip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            raise ValueError("sources: this is no JSON") from None
    pairs = [one.partition("=") for one in text.split()]
    if not pairs:
        raise ValueError("sources is empty: write NAME=URL, or do not set it")
    if bad := next((one for one, _, url in pairs if not url), None):
        raise ValueError(f"sources: {bad[:40]!r} has no URL: write NAME=URL")
    return {name: {"url": url} for name, _, url in pairs}


def _plain(name: str, table: object) -> dict[str, str]:
    """Return a source's keys as texts; those behind ? of its URL that are ours are keys, too."""
    given: dict[str, Any] = {"url": table} if isinstance(table, str) else {}
    if isinstance(table, Mapping):
        given = {str(key): value for key, value in table.items()}
    texts = {key: _text(name, key, value) for key, value in given.items()}
    url = texts.get("url", "")
    if url.startswith("@"):
        return texts
    place, _, query = url.partition("?")
    options = parse_qsl(query, keep_blank_values=True)
    ours = {key: value for key, value in options if key in KEYS}
    rest = urlencode([pair for pair in options if pair[0] not in KEYS], safe="/:,")
    if ours:
        texts["url"] = f"{place}?{rest}" if rest else place
    return texts | ours


def _text(name: str, key: str, value: object) -> str:
    if isinstance(value, Mapping) and key in TABLES:
        return ",".join(f"{ours}={theirs}" for ours, theirs in value.items())
    if not isinstance(value, str):
        raise ValueError(f"sources.{name}.{key}: write a text")  # noqa: TRY004
    return value


def asked_source(name: str, table: Mapping[str, str]) -> AskedSource:
    """Return a source of its plain texts. ValueError names the key and the fix."""
    at = f"sources.{name[:40]}"
    if not _NAME.fullmatch(name):
        raise ValueError(f"{at}: a name has 1 to 40 of a-z 0-9 _ -")
    for key in table:
        if key not in KEYS:
            raise ValueError(f"{at}.{key}: there is no such key{near(key, KEYS)}")
    for key, known in CHOICES.items():
        if table.get(key, known[0]) not in known:
            raise ValueError(f"{at}.{key}: write {' or '.join(known)}")
    url = from_file(f"{at}.url", table.get("url", ""))
    kind, stream = cast("Kind", table.get("kind", "events")), table.get("stream", "")
    if problem := _url_problem(url, stream):
        raise ValueError(f"{at}.{problem}")
    mapping = _mapping(at, table)
    form = table.get("format", "json")
    if form == "protobuf" and (mapping or kind == "debezium"):
        raise ValueError(f"{at}.format: protobuf is for events and items without a mapping")
    return AskedSource(
        name,
        url,
        kind,
        form,
        table.get("start", "oldest"),
        table.get("on_delete", "delete"),
        stream,
        table.get("field", ""),
        mapping,
    )


def _url_problem(url: str, stream: str) -> str:
    if not url:
        return "url: is missing: write kafka://host:9092/topic or redis://host:6379/0"
    if url.startswith("kafka"):
        problem = log_problem(url)
        return f"url: {problem}" if problem else "stream: is for redis://" if stream else ""
    if problem := url_problem(url):
        return f"url: {problem}; or kafka://host:9092/topic"
    return "" if stream else "stream: is missing: write the key of the Redis Stream"


def _mapping(at: str, table: Mapping[str, str]) -> MappingOptions | None:
    if not any(table.get(key) for key in ("preset", "map", "columns", "types")):
        return None
    path = Path(table["map"]) if table.get("map") else None
    if path is not None and not path.is_file():
        raise ValueError(f"{at}.map: there is no file {path}")
    columns, types = (_pairs(at, key, table.get(key, "")) for key in TABLES)
    return MappingOptions(table.get("preset", ""), columns, types, map_file=path)


def _pairs(at: str, key: str, text: str) -> dict[str, str]:
    found = {}
    for one in filter(None, text.split(",")):
        ours, mark, theirs = one.partition("=")
        if not mark:
            raise ValueError(f"{at}.{key}: write OURS=THEIRS, with a comma between two")
        found[ours.strip()] = theirs.strip()
    return found
