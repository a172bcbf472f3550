"""One form of a file: how it is recognised, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["events", "items", "users"]

EVENT_FIELDS = (
    "event_id", "event_time", "event_type", "visitor_id", "user_id", "session_id", "item_id",
    "quantity", "price", "currency_code", "value", "reward", "placement", "position", "order_id",
)  # fmt: skip
ITEM_FIELDS = (
    "item_id", "title", "categories", "price", "currency_code", "available", "quantity", "tags",
    "publish_time", "expire_time", "image_uri", "uri", "group_id", "parent", "alias",
)  # fmt: skip
USER_FIELDS = ("user_id",)
FIELDS: Mapping[Role, tuple[str, ...]] = {
    "events": EVENT_FIELDS, "items": ITEM_FIELDS, "users": USER_FIELDS,
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """Where a field comes from: the first of ``names`` whose cell is not empty, or ``sql``.

    In ``sql``, ``{name}`` is the cell of the column of that name.
    """

    names: tuple[str, ...] = ()
    sql: str = ""


@dataclass(frozen=True)
class TimeForm:
    """How times are written; all empty: found from the file. ``none``: the file has no times.

    ``missing_first``: rows without a time come before the others, with the earliest time of all.
    """

    format: str = ""
    zone: str = ""
    unit: str = ""
    zero: str = ""
    none: bool = False
    relative: bool = False
    missing_first: bool = False


@dataclass(frozen=True)
class Rating:
    """The highest rating, 0 if it is to be found; whether a rating of 0 is no rating."""

    scale: float = 0.0
    zero_is_implicit: bool = False


@dataclass(frozen=True)
class Skip:
    """Rows that are left out and counted under ``reason``."""

    reason: str
    column: str = ""
    values: tuple[str, ...] = ()
    empty: bool = False
    where: str = ""


@dataclass(frozen=True)
class NamedTable:
    """One of several files of a form with ``sql``, by its columns."""

    name: str
    match: tuple[str, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A form of a file. The reader's documentation describes each key of the TOML."""

    preset: str
    role: Role
    title: str = ""
    source: str = ""
    match: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    exact: bool = False
    header: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    file: str = ""
    needs_file: bool = False
    explode: tuple[str, ...] = ()
    explode_as: Literal["items", "events"] = "items"
    drop_without: tuple[str, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    time: TimeForm = TimeForm()
    rating: Rating = Rating()
    skips: tuple[Skip, ...] = ()
    tables: tuple[NamedTable, ...] = ()
    sql: str = ""
    gives: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    features: tuple[str, ...] | None = None
    leave: tuple[str, ...] = ()
    category_separator: str = ""
    path_separator: str = ""
    tag_separator: str = ""
    newest: bool = False
    zero_is_none: bool = False
    decimal: str = ""
    features_sql: str = ""
    variants: Literal["fold", "keep"] = "fold"
    emails: Literal["", "hash", "keep"] = ""
    id_salt: str = field(default="", repr=False)
    said_types: tuple[str, ...] = ()  # by the caller
