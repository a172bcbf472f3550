"""Which day of the shop a time is on."""

from __future__ import annotations

DAY_MS = 86_400_000


def offset_ms_of(hours: float) -> int:
    """Return by how much the shop's days begin before those of UTC: so many hours."""
    return round(hours * 3_600_000)


def day_at(now_ms: int, offset_ms: int) -> int:
    """Return the number of the shop's day at a time, from 1970 on.

    >>> day_at(3 * DAY_MS - 1, offset_ms=3_600_000)
    3
    """
    return (now_ms + offset_ms) // DAY_MS
