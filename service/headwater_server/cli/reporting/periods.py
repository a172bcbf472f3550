"""The days that `headwater report` is asked about, from its flags, as times of the shop's days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater import Performance

DAY = timedelta(days=1)
DAYS_DEFAULT = 28
Days = tuple[date, date]
"""The first and the last day."""
Times = tuple[datetime | None, datetime | None, datetime | None, datetime | None]
"""A period and the one that it is compared with; None: the server's default, and none."""


class Flags(NamedTuple):
    """What the flags say: days, and "previous", "year" or two days to compare with."""

    first: date | None
    last: date | None
    compare: str | Days


@dataclass(frozen=True, slots=True)
class ShopDays:
    """When the shop's days begin, and which one is the state's day."""

    offset_hours: float
    today: date

    @classmethod
    def of(cls, found: Performance) -> ShopDays:
        """Return those that an answer about the latest days names."""
        hours = found.day_offset_hours
        return cls(hours, day_of(found.end_time - DAY, hours))

    def times(self, flags: Flags) -> Times:
        """Return the periods that the flags ask for. Raises `BadSettings`.

        >>> shop = ShopDays(offset_hours=1, today=date(2026, 11, 30))
        >>> start, end, *_ = shop.times(flags_of("2026-11-10", "2026-11-10", ""))
        >>> f"{start:%d. %H:%M} to {end:%d. %H:%M}"
        '09. 23:00 to 10. 23:00'
        """
        try:
            return self._times(flags)
        except OverflowError:
            raise BadSettings("the calendar has no such days: give later or earlier ones") from None

    def _times(self, flags: Flags) -> Times:
        if not any(flags):
            return None, None, None, None
        last = flags.last or self.today
        first = flags.first or last - (DAYS_DEFAULT - 1) * DAY
        if first > last:
            present = "" if flags.last else "the shop's present day, "
            raise BadSettings(f"--from {first} is after {present or '--to '}{last}")
        if not flags.compare:
            return *self._period(first, last), None, None
        return *self._period(first, last), *self._period(*_compared(flags.compare, first, last))

    def _period(self, first: date, last: date) -> tuple[datetime, datetime]:
        return self._begin(first), self._begin(last) + DAY

    def _begin(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=UTC) - _offset(self.offset_hours)


def _compared(compare: str | Days, first: date, last: date) -> Days:
    if isinstance(compare, tuple):
        return compare
    back = 364 * DAY if compare == "year" else last - first + DAY  # a year: the same weekdays
    return first - back, last - back


def flags_of(first: str, last: str, compare: str) -> Flags:
    """Read the flags. Raises `BadSettings` for what is no day."""
    begin = _day("--from", first) if first else None
    end = _day("--to", last) if last else None
    if begin and end and begin > end:
        raise BadSettings(f"--from {begin} is after --to {end}")
    return Flags(
        begin,
        end,
        compare if compare in {"", "previous", "year"} else _two_days(compare),
    )


def _two_days(text: str) -> Days:
    first, dots, last = text.partition("..")
    if not dots:
        raise BadSettings(
            f"--compare {text!r}: write previous, year, or two days as 2026-10-01..2026-10-28"
        )
    begin, to = _day("--compare", first), _day("--compare", last)
    if begin > to:
        raise BadSettings(f"--compare: {begin} is after {to}")
    return begin, to


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


def day_of(begin: datetime, offset_hours: float) -> date:
    """Return the shop's day that begins then.

    >>> day_of(datetime(2026, 11, 9, 11, tzinfo=UTC), offset_hours=13)
    datetime.date(2026, 11, 10)
    """
    return (begin + _offset(offset_hours)).date()


def _offset(hours: float) -> timedelta:
    """Return the offset as the server has it, in whole milliseconds."""
    return timedelta(milliseconds=round(hours * 3_600_000))
