"""Numbers of an item's own fields: its price, a feature, the age of a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from headwater_server.engine.messages.entries import Item

AGES: dict[str, Callable[[Item], int]] = {
    "publish_time": lambda item: item.publish_time_ms,
    "expire_time": lambda item: item.expire_time_ms,
}
"""The fields with a time: milliseconds since 1970, 0 if there is none."""
_DAY_S = 86_400.0
_SECONDS_MAX = 1e11
"""A larger number is in milliseconds: in seconds it would be in the year 5138."""


def price_of(item: Item) -> float | None:
    """Return the price, in the item's own currency."""
    return item.price


def feature_of(name: str) -> Callable[[Item], Any]:
    """Return what reads a feature of items.

    >>> feature_of("weight")(Item("a", features=(("weight", 2.5),)))
    2.5
    """
    return lambda item: dict(item.features).get(name)


def age_of(field: str) -> Callable[[Item], float | None]:
    """Return what reads how old items are, in days before 1970: only differences have a meaning.

    >>> days = age_of("features.released")
    >>> old, new = (Item("a", features=(("released", t),)) for t in ("2024-01-01", "2024-03-01"))
    >>> days(old) - days(new)
    60.0
    """
    if field in AGES:
        time_of = AGES[field]
        return lambda item: -time_of(item) / 1000.0 / _DAY_S if time_of(item) else None
    read = feature_of(field.partition(".")[2])
    return lambda item: None if (value := read(item)) is None else -_seconds(value) / _DAY_S


def _seconds(value: str | float) -> float:
    """Return seconds since 1970 of an ISO date or time (without a zone: UTC), or of a number."""
    if isinstance(value, str):
        time = datetime.fromisoformat(value.strip())
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    return value if abs(value) <= _SECONDS_MAX else value / 1000.0
