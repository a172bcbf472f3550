"""A page's key has one rate, and none of those who send it may use it up."""

from __future__ import annotations

import contextlib

import pytest

from headwater_server.api.access.shared_rate import SOURCES_MAX, SharedRate
from headwater_server.errors import Overloaded


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def taken(rate: SharedRate, source: str, calls: int) -> int:
    """Return how many of so many calls are served."""
    served = 0
    for _ in range(calls):
        with contextlib.suppress(Overloaded):
            rate.take(source)
            served += 1
    return served


def test_a_single_source_may_use_all_of_it() -> None:
    clock = Clock()
    rate = SharedRate(100, clock)
    assert taken(rate, "shop", 150) == 100
    clock.now_s += 0.5
    assert taken(rate, "shop", 150) == 50


def test_a_visitor_is_served_beside_a_flood() -> None:
    clock = Clock()
    rate = SharedRate(100, clock)
    flood = visitor = 0
    for _ in range(600):  # a minute: the flood makes 1,000 calls a second, the visitor 10
        clock.now_s += 0.1
        flood += taken(rate, "flood", 100)
        visitor += taken(rate, "visitor", 1)
    assert visitor == 600
    assert flood + visitor <= 100 * 60 + 100


def test_two_floods_share_and_leave_a_third_its_part() -> None:
    clock = Clock()
    rate = SharedRate(90, clock)
    served = {"a": 0, "b": 0, "visitor": 0}
    for _ in range(600):
        clock.now_s += 0.1
        for name, calls in (("a", 50), ("b", 50), ("visitor", 2)):
            served[name] += taken(rate, name, calls)
    assert served["visitor"] == 1_200
    assert served["b"] > 0.5 * served["a"]


def test_the_table_of_sources_is_bounded() -> None:
    clock = Clock()
    rate = SharedRate(10, clock)
    for n in range(2 * SOURCES_MAX):
        taken(rate, f"source {n}", 1)
    assert len(rate._sources) <= SOURCES_MAX + 1
    clock.now_s += 10
    rate.take("later")
    assert len(rate._sources) == 1
    assert taken(rate, "later", 20) == 9
    with pytest.raises(Overloaded, match="with this key") as refused:
        rate.take("later")
    assert refused.value.retry_after_ms == 100
