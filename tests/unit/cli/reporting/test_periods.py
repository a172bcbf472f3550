"""The days of `headwater report` are the shop's, wherever its midnight is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from headwater_server.cli.reporting.periods import DAY, ShopDays, day_of, flags_of
from headwater_server.engine.figures.asking import KeptDays
from headwater_server.engine.setting_values.shop_days import offset_ms_of
from headwater_server.settings_checks import BadSettings

TODAY = date(2026, 11, 30)
EPOCH = date(1970, 1, 1)
HOURS = (-12.0, -11.0, -3.5, 0.0, 1.0, 5.75, 11.0, 12.0, 13.0, 14.0, 1 / 3)


def kept(hours: float) -> KeptDays:
    """Return the days as a server with this offset counts them."""
    return KeptDays(None, None, (TODAY - EPOCH).days, offset_ms_of(hours))


def date_at(days: KeptDays, time: datetime) -> date:
    """Return the date of a time as the server counts it."""
    return EPOCH + timedelta(days=days.number_at(round(time.timestamp() * 1000)))


def asked(hours: float, *flags: str) -> list[date]:
    """Return the first and the last day of each period that the server finds."""
    times = ShopDays(hours, TODAY).times(flags_of(*flags))
    moments = (0, -1) * (len(times) // 2)  # a period ends before its end
    return [
        date_at(kept(hours), time + timedelta(milliseconds=moment))
        for time, moment in zip(times, moments, strict=True)
        if time is not None
    ]


@pytest.mark.parametrize("hours", HOURS)
def test_the_server_finds_the_days_that_the_flags_name(hours) -> None:
    day = date(2026, 11, 10)
    assert asked(hours, "2026-11-10", "2026-11-10", "") == [day, day]
    assert asked(hours, "", "2026-11-10", "") == [day - 27 * DAY, day]
    assert asked(hours, "2026-11-10", "", "") == [day, TODAY]
    assert asked(hours, "", "", "previous") == [
        TODAY - 27 * DAY, TODAY, TODAY - 55 * DAY, TODAY - 28 * DAY,
    ]  # fmt: skip
    assert asked(hours, "2026-11-10", "2026-11-11", "2025-01-02..2025-01-04")[2:] == [
        date(2025, 1, 2),
        date(2025, 1, 4),
    ]
    assert asked(hours, "2026-11-10", "2026-11-11", "year")[2].weekday() == day.weekday()


@pytest.mark.parametrize("hours", HOURS)
def test_a_day_that_the_server_names_gets_its_own_date(hours) -> None:
    for number in (0, 20_000, (TODAY - EPOCH).days):
        begin = datetime.fromtimestamp(kept(hours).begin_ms(number) / 1000, UTC)
        assert day_of(begin, hours) == EPOCH + timedelta(days=number)


def test_without_a_day_the_server_decides() -> None:
    assert ShopDays(0, TODAY).times(flags_of("", "", "")) == (None,) * 4


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("", "0001-01-05", ""), "the calendar has no such days"),
        (("0001-01-01", "0001-01-02", "previous"), "the calendar has no such days"),
        (("9999-12-31", "9999-12-31", ""), "the calendar has no such days"),
        (("2026-12-01", "", ""), "--from 2026-12-01 is after the shop's present day, 2026-11-30"),
        (("2026-11-02", "2026-11-01", ""), "--from 2026-11-02 is after --to 2026-11-01"),
    ],
)
def test_days_that_cannot_be_say_why(flags, words) -> None:
    with pytest.raises(BadSettings, match=words):
        ShopDays(0, TODAY).times(flags_of(*flags))
