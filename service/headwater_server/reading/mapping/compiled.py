"""What a mapping compiles to: SQL over the relations of a file, and what the reader must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.opening.table import Table
from headwater_server.reading.times import TimeFormat

EVENT_COLUMNS = (
    "_line", "event_id", "event_time", "event_type", "visitor_id", "user_id", "session_id",
    "item_id", "quantity", "price", "currency_code", "value", "reward", "group_key", "placement",
    "position", "left_out",
)  # fmt: skip
ITEM_COLUMNS = (
    "_line", "item_id", "title", "categories", "tags", "price", "currency_code", "available",
    "publish_time", "expire_time", "image_uri", "uri", "group_id", "features", "parent", "left_out",
)  # fmt: skip
USER_COLUMNS = ("_line", "user_id", "features", "left_out")


@dataclass(frozen=True)
class Choice:
    """The form that a file has, and why; ``tables``: the counted one first."""

    preset: str
    why: str
    mapping: Form
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class CompiledEvents:
    """A SELECT with `EVENT_COLUMNS`, one row for each event and item.

    ``lacks``: columns that the file does not have, and that are NULL in every row.
    """

    sql: str
    time: TimeFormat
    scale: float = 5.0
    groups: Literal["", "record", "order"] = ""
    drop_without: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    lacks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CompiledItems:
    """A SELECT with `ITEM_COLUMNS`; ``aliases``: "" or a SELECT of variants and their products."""

    sql: str
    aliases: str = ""
    time: TimeFormat = field(default_factory=TimeFormat)
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CompiledUsers:
    """A SELECT with `USER_COLUMNS`."""

    sql: str
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
