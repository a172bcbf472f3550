"""Whatever times entries and callers state: finite values, no exception, and all heals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

NOW_MS = 1_700_000_000_000
HOUR_MS = 3_600_000
WINDOW_MS = 30 * 60_000
ITEMS = ("tent", "lamp", "cup")
SETTINGS = EngineSettings(hide_days={"purchase-complete": 1.0}, catalogue_only="nobody")
times = st.one_of(
    st.integers(-90 * 24, 90 * 24).map(lambda hours: NOW_MS + hours * HOUR_MS),
    st.integers(NOW_MS - 10_000, NOW_MS + 10_000),
    st.sampled_from([-62_135_596_800_000, 0, 1, 2_600_000_000_000, 253_402_300_799_999, 2**53]),
)


def operation(number: int, kind: str, stated_ms: int | None):
    item = ITEMS[number % len(ITEMS)]
    if kind == "item":
        return ItemWrite(Item(item, title=f"t{number}"), set_time_ms=stated_ms)
    if kind == "delete":
        return ItemDelete(item, set_time_ms=stated_ms)
    if kind == "user":
        return UserWrite("ann", (("n", float(number)),), set_time_ms=stated_ms)
    slate = (
        Slate(f"r{number}", "p", "home", ITEMS, (0.4, 0.3, 0.3)) if kind == "impression" else None
    )
    return Event(
        f"e{number}",
        kind,
        f"v{number % 2}",
        items=(EventItem(item),),
        event_time_ms=stated_ms,
        slate=slate,
        from_page=number % 3 == 0,
    )


kinds = st.sampled_from(["view", "purchase", "impression", "dismiss", "item", "delete", "user"])
steps = st.lists(
    st.tuples(times, st.lists(st.tuples(kinds, st.none() | times), max_size=4), st.booleans()),
    max_size=12,
)


def entries(given_steps):
    number = 0
    for time_ms, wanted, imported in given_steps:
        operations = [operation(number + n, *one) for n, one in enumerate(wanted)]
        number += len(wanted)
        yield Entry(time_ms, tuple(operations), imported=imported)


def check_all_is_past(engine: Engine, now_ms: int) -> None:
    parts = engine.parts
    assert parts.clock_ms == now_ms
    assert parts.models.by_day._at <= now_ms / 1000
    assert (parts.visitors.histories.times <= now_ms / 1000).all()
    assert (parts.visitors._last_s <= now_ms / 1000).all()
    for window in (parts.deduplication.backends, parts.deduplication.pages):
        assert (window.state().tree()["times_ms"] <= now_ms).all()
    tables = parts.hiding._tables
    spans = [span for table in tables for items in table.values() for span in items.values()]
    assert all(since_ms <= now_ms for _, since_ms in spans)
    assert all(until_ms - since_ms <= 24 * HOUR_MS for until_ms, since_ms in spans)
    closes_ms = [one.closes_ms for one in parts.attribution._open.values()]
    assert closes_ms == sorted(closes_ms)
    assert all(now_ms < one <= now_ms + WINDOW_MS for one in closes_ms)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_any_times_leave_finite_values_and_heal(given_steps) -> None:
    engine = Engine(SETTINGS)
    for entry in entries(given_steps):
        engine.apply(entry)
    last_ms = max([time_ms for time_ms, _, _ in given_steps], default=0)
    engine.apply(Entry(last_ms + 60_000, (operation(900, "view", None),)))
    engine.apply(Entry(NOW_MS, (operation(901, "view", None),)))  # the clock is right again
    check_all_is_past(engine, NOW_MS)
    for number in (1, 2):
        answer = engine.recommend(RecommendRequest(f"v{number % 2}", "r"), NOW_MS + number)
        values = [(one.score, one.propensity) for one in answer.results]
        assert np.isfinite(np.array(values, dtype=np.float64)).all()
    assert Engine.restore(engine.capture()).digest() == engine.digest()


@settings(max_examples=20, deadline=None)
@given(steps)
def test_an_entry_in_parts_gives_the_same_state(given_steps) -> None:
    whole, parts = Engine(SETTINGS), Engine(SETTINGS)
    for entry in entries(given_steps):
        whole.apply(entry)
        for one in entry.operations:
            parts.apply(replace(entry, operations=(one,)))
    assert parts.digest() == whole.digest()
