"""Periods of a question as days of the shop."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.engine.figures.asking import KeptDays
from headwater_server.errors import InvalidRequest

DAYS_DEFAULT = 28


@dataclass(frozen=True, slots=True)
class Times:
    """A period in milliseconds; None: not given."""

    start_ms: int | None = None
    end_ms: int | None = None


def period_of(times: Times, days: KeptDays, names: tuple[str, str]) -> tuple[int, int]:
    """Return the first and the last day of a period. Raises `InvalidRequest` if it has no day."""
    last = days.today if times.end_ms is None else days.number_at(times.end_ms - 1)
    first = last - DAYS_DEFAULT + 1 if times.start_ms is None else days.number_at(times.start_ms)
    start_ms, end_ms = times.start_ms, times.end_ms
    is_empty = start_ms is not None and end_ms is not None and end_ms <= start_ms
    if is_empty or last < first:
        end = "the state's day" if times.end_ms is None else names[1]
        raise InvalidRequest(names[0], f"is not before {end}: the period has no day")
    return first, last


def compared_of(times: Times, days: KeptDays) -> tuple[int, int] | None:
    """Return the days to compare with, if there are any."""
    if times.start_ms is None and times.end_ms is None:
        return None
    names = "compare_start_time", "compare_end_time"
    for name, other, time_ms in zip(
        names, names[::-1], (times.start_ms, times.end_ms), strict=True
    ):
        if time_ms is None:
            raise InvalidRequest(name, f"is required beside {other}")
    return period_of(times, days, names)
