"""The days that `headwater report` is asked about, from its flags.

A day is named by its noon in UTC: that lies in it, wherever the shop's midnight is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from headwater_server.settings_checks import BadSettings

DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)
DAYS_DEFAULT = 28
Period = tuple[datetime | None, datetime | None]


def period(first: str, last: str, now: datetime | None = None) -> tuple[datetime, datetime]:
    """Return a time in the first and in the last day; 28 days if one is not given.

    >>> [time.day for time in period("2026-11-01", "2026-11-07")]
    [1, 7]
    """
    today = (now or datetime.now(UTC)).date()
    to = _day("--to", last) if last else today
    start = _day("--from", first) if first else to - (DAYS_DEFAULT - 1) * DAY
    if start > to:
        raise BadSettings(f"--from {start} is after --to {to}")
    return _noon(start), _noon(to) + MOMENT


def compared_with(text: str, start: datetime, end: datetime) -> Period:
    """Return the period to compare with; both None without one.

    >>> days = period("2026-11-08", "2026-11-14")
    >>> [time.day for time in compared_with("previous", *days)]
    [1, 7]
    >>> [time.year for time in compared_with("year", *days)]
    [2025, 2025]
    """
    if not text:
        return None, None
    if text == "previous":
        days = (end - start).days + 1
        return start - days * DAY, end - days * DAY
    if text == "year":  # the same weekdays
        return start - 364 * DAY, end - 364 * DAY
    first, dots, last = text.partition("..")
    if not dots:
        raise BadSettings(
            f"--compare {text!r}: write previous, year, or two days as 2026-10-01..2026-10-28"
        )
    begin, to = _day("--compare", first), _day("--compare", last)
    if begin > to:
        raise BadSettings(f"--compare: {begin} is after {to}")
    return _noon(begin), _noon(to) + MOMENT


def groups(text: str, known: tuple[str, ...]) -> list[str]:
    """Return the names of ``--by``; "" for the total alone.

    >>> groups("day, item", ("day", "item"))
    ['day', 'item']
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise BadSettings(f"--by: there is no {name!r}; there are {', '.join(known)}")
    return names


def _day(flag: str, text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadSettings(f"{flag} {text!r} is no day: write it as 2026-11-01") from None


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def day_of(begin: datetime) -> date:
    """Return the day that begins then, wherever the shop's midnight is."""
    return (begin + timedelta(hours=12)).date()
