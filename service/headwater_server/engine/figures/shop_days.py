"""Which day of the shop a time is on."""

from __future__ import annotations

from headwater_server.engine.settings import EngineSettings

DAY_MS = 86_400_000


def offset_ms_of(settings: EngineSettings) -> int:
    """Return by how much the shop's days begin before those of UTC."""
    return round(settings.figures_day_offset_hours * 3_600_000)


def day_at(now_ms: int, offset_ms: int) -> int:
    """Return the number of the shop's day at a time, from 1970 on.

    >>> day_at(3 * DAY_MS - 1, offset_ms=3_600_000)
    3
    """
    return (now_ms + offset_ms) // DAY_MS
