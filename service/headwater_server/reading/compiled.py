"""What a mapping compiles to: SQL that gives texts under names of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from headwater_server.reading.opening.table import Table
from headwater_server.reading.times import TimeFormat

EVENT_COLUMNS = (
    "_line", "event_id", "event_time", "event_type", "visitor_id", "user_id", "session_id",
    "item_id", "quantity", "price", "currency_code", "value", "group_key", "placement", "position",
    "left_out",
)  # fmt: skip
LOSS = "!"
"""Begins a reason to leave a row out that is a loss: a row that should have been an event."""
RATING_MAX = 5.0


@dataclass(frozen=True)
class CompiledEvents:
    """A SELECT of one row for each (event, item): `EVENT_COLUMNS`, texts, NULL or '' for nothing.

    ``groups``: "order" if rows of one ``group_key`` are one event and the key stays the same in a
    later export, "record" if it is only the record's number, "" if each row is an event. Rows
    without one of ``drop_without`` are dropped and counted; without another need they are refused.
    ``labels`` gives our columns the names that the file uses.
    """

    sql: str
    time: TimeFormat = TimeFormat()
    scale: float = RATING_MAX
    groups: Literal["", "record", "order"] = ""
    drop_without: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def label(self, column: str) -> str:
        """Return the file's name for one of our columns."""
        return self.labels.get(column, column)


@dataclass(frozen=True)
class CompiledItems:
    """A SELECT of one row for each item, in our names; categories and tags are lists of texts.

    ``aliases``: "" or a SELECT of (variant_id, item_id), for events that name a variant.
    """

    sql: str
    time: TimeFormat = TimeFormat()
    aliases: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CompiledUsers:
    """A SELECT of one row for each account: `_line`, ``user_id``, ``features``, ``left_out``."""

    sql: str
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """One file's events to read: its tables (the counted one first), and how."""

    table: Table
    compiled: CompiledEvents
    preset: str = ""
    why: str = ""
