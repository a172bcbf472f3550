"""The columns of each table. docs/exporting.md explains them; `headwater import` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

Cell = str | float | int | bool | list[str] | dict[str, "str | float"] | None
Row = dict[str, Cell]


class Kind(Enum):
    """What the cells of a column hold; each format writes it in its own way."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    YES_NO = "true or false"
    TIME = "milliseconds since 1970"
    TEXTS = "texts"
    MAP = "names and values"


EVENTS: Mapping[str, Kind] = {
    "timestamp": Kind.TIME,
    "event_id": Kind.TEXT,
    "event_type": Kind.TEXT,
    "visitor_id": Kind.TEXT,
    "user_id": Kind.TEXT,
    "session_id": Kind.TEXT,
    "order_id": Kind.TEXT,
    "item_id": Kind.TEXT,
    "quantity": Kind.NUMBER,
    "price": Kind.NUMBER,
    "currency_code": Kind.TEXT,
    "value": Kind.NUMBER,
    "reward": Kind.NUMBER,
    "placement": Kind.TEXT,
    "position": Kind.WHOLE,
    "context": Kind.MAP,
    "recommendation_id": Kind.TEXT,
    "log_time": Kind.TIME,
    "offset": Kind.TEXT,
}
ITEMS: Mapping[str, Kind] = {
    "item_id": Kind.TEXT,
    "title": Kind.TEXT,
    "categories": Kind.TEXTS,
    "price": Kind.NUMBER,
    "currency_code": Kind.TEXT,
    "available": Kind.YES_NO,
    "tags": Kind.TEXTS,
    "publish_time": Kind.TIME,
    "expire_time": Kind.TIME,
    "image_uri": Kind.TEXT,
    "uri": Kind.TEXT,
    "group_id": Kind.TEXT,
    "features": Kind.MAP,
}
USERS: Mapping[str, Kind] = {"user_id": Kind.TEXT, "features": Kind.MAP}
LISTS: Mapping[str, Kind] = {
    "timestamp": Kind.TIME,
    "event_id": Kind.TEXT,
    "recommendation_id": Kind.TEXT,
    "policy": Kind.TEXT,
    "placement": Kind.TEXT,
    "visitor_id": Kind.TEXT,
    "user_id": Kind.TEXT,
    "slot": Kind.WHOLE,
    "item_id": Kind.TEXT,
    "propensity": Kind.NUMBER,
    "seen": Kind.YES_NO,
    "log_time": Kind.TIME,
    "offset": Kind.TEXT,
}
TABLES: Mapping[str, Mapping[str, Kind]] = {
    "events": EVENTS,
    "items": ITEMS,
    "users": USERS,
    "lists": LISTS,
}
OF_THE_LOG = ("events", "lists")
"""These are read from the log; the others from the state."""
