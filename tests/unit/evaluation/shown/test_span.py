"""From when until when answers count, on logs of both kinds of offsets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from headwater_server.evaluation.shown.span import Span

DAY_MS = 86_400_000
FIRST_MS = round(datetime(2026, 11, 1, tzinfo=UTC).timestamp() * 1_000)


@pytest.mark.parametrize("offset", ["{}-5", "7@{}"])
def test_a_day_is_the_same_on_redis_and_on_kafka(offset):
    span = Span.of("2026-11-01", "2026-11-01")
    times = (FIRST_MS - 1, FIRST_MS, FIRST_MS + DAY_MS - 1, FIRST_MS + DAY_MS)
    offsets = [offset.format(time) for time in times]
    assert [span.is_before(one) for one in offsets] == [True, False, False, False]
    assert [span.is_after(one) for one in offsets] == [False, False, False, True]


def test_an_offset_of_kafka_is_an_end_by_its_number():
    span = Span.of(f"7@{FIRST_MS}", f"9@{FIRST_MS}")
    found = [(span.is_before(one), span.is_after(one)) for one in (
        f"6@{FIRST_MS}", f"7@{FIRST_MS}", f"9@{FIRST_MS}", f"10@{FIRST_MS}", f"10@{FIRST_MS + 1}"
    )]  # fmt: skip
    assert found == [(True, False), (False, False), (False, False), (False, True), (False, True)]


def test_a_month_is_no_offset():
    assert Span.of("2026-11", None) == Span.of("2026-11-01", None)
    assert Span.of(None, "2026-2") == Span.of(None, "2026-02-28")


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "9999-12-31", "20", "", "2026-11-31"])
def test_what_is_no_time_is_refused_by_its_flag(text):
    with pytest.raises(ValueError, match=r"--until '.*': write an offset such as"):
        Span.of(None, text)
