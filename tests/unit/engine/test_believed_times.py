"""No time that a caller states moves the engine ahead of the log."""

from __future__ import annotations

import pytest

from headwater_server.engine.clock import AHEAD_MAX_MS
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.settings import EngineSettings

NOW_MS = 1_700_000_000_000
FAR_MS = 2_600_000_000_000  # 2052
MINUTE_MS = 60_000
SLATE = Slate("r1", "p", "home", ("sku-98", "sku-99"), (0.5, 0.5))


def click(name, time_ms=None, visitor="ann", item="tent", **more):
    return Event(name, "click", visitor, items=(EventItem(item),), event_time_ms=time_ms, **more)


def apply(engine, *operations, time_ms=NOW_MS, **more):
    return engine.apply(Entry(time_ms, operations, **more))


def history(engine, visitor="ann"):
    return engine.lookups.get_user("", visitor).history


def test_an_event_far_ahead_is_quarantined_and_leaves_no_trace():
    engine, calm = Engine(), Engine()
    for one in (engine, calm):
        apply(one, click("e1"))
    (outcome,) = apply(engine, click("e2", NOW_MS + AHEAD_MAX_MS + 1), time_ms=NOW_MS)
    assert outcome.status is Status.QUARANTINED
    assert outcome.detail.startswith("event_time: ")
    assert "lies in the future" in outcome.detail
    assert engine.digest() == calm.digest()


def test_an_event_a_little_ahead_counts_as_now():
    engine = Engine()
    (outcome,) = apply(engine, click("e1", NOW_MS + AHEAD_MAX_MS))
    assert outcome.status is Status.CREATED
    assert engine.parts.clock_ms == NOW_MS
    assert history(engine)[0].time_ms == NOW_MS


@pytest.mark.parametrize("time_ms", [-62_135_596_800_000, -1, 0, 1])
def test_an_event_of_the_remote_past_is_data(time_ms):
    engine = Engine()
    apply(engine, click("e1"), click("e2", time_ms, item="lamp"), click("e3", visitor="bob"))
    assert engine.parts.clock_ms == NOW_MS
    found = engine.parts.history(click("x"), "", NOW_MS)
    assert (found.ages_s >= 0).all()
    assert found.gap_s == 0.0


def test_an_imported_row_of_2052_moves_the_clock_no_further_than_its_entry():
    """F-A2, on a log that an earlier build wrote: impressions close and are learned from."""
    engine = Engine(EngineSettings(attribution_window_minutes=0.05))
    rows = [click(f"f:{n}", NOW_MS - 10_000_000 + n, f"u{n % 7}") for n in range(20)]
    apply(engine, *rows, click("f:20", FAR_MS, "u1"), time_ms=NOW_MS, imported=True)
    assert engine.parts.clock_ms == NOW_MS
    seen = Event("seen", "impression", "u1", slate=Slate("r", "p", "home", ("tent",), (1.0,)))
    apply(engine, seen, time_ms=NOW_MS + 1_000)
    apply(engine, click("bought", visitor="u1", item="tent"), time_ms=NOW_MS + 2_000)
    apply(engine, click("later", visitor="u2"), time_ms=NOW_MS + 9_000)
    rates = [
        m
        for m in engine.lookups.metrics()
        if m.name == "act_rate" and m.window == "total" and m.placement == "home"
    ]
    assert [(m.value, m.count) for m in rates] == [(1.0, 1)]


@pytest.mark.parametrize("imported", [False, True])
def test_a_write_dated_2062_counts_as_now(imported):
    """R6 on a log that an earlier build wrote."""
    engine = Engine()
    apply(
        engine,
        ItemWrite(Item("boots"), set_time_ms=2_903_212_800_000),
        UserWrite("ann", (("segment", "vip"),), set_time_ms=2_903_212_800_000),
        ItemDelete("socks", set_time_ms=2_903_212_800_000),
        imported=imported,
    )
    outcomes = apply(
        engine,
        ItemWrite(Item("boots", available=False)),
        UserWrite("ann", (("segment", "none"),)),
        ItemWrite(Item("socks")),
        time_ms=NOW_MS + 1,
    )
    assert {outcome.status for outcome in outcomes} == {Status.CREATED}
    assert not engine.parts.catalogue.get("boots").available
    assert engine.parts.users.features("ann") == (("segment", "none"),)
    assert engine.parts.catalogue.get("socks") is not None


def test_an_older_write_still_loses():
    engine = Engine()
    apply(engine, ItemWrite(Item("boots", title="new"), set_time_ms=NOW_MS - 1_000))
    (outcome,) = apply(engine, ItemWrite(Item("boots"), set_time_ms=NOW_MS - 2_000))
    assert outcome.status is Status.EXISTS


def test_a_clock_a_little_ahead_keeps_the_order_of_its_writes_and_hides_no_other():
    engine = Engine()
    soon_ms = NOW_MS + AHEAD_MAX_MS
    written = [
        ItemWrite(Item("boots", title=t), set_time_ms=soon_ms - n) for n, t in enumerate("ab")
    ]
    assert [one.status for one in apply(engine, *written)] == [Status.CREATED, Status.EXISTS]
    gone = (ItemWrite(Item("boots", available=False)), ItemDelete("boots"))
    assert {one.status for one in apply(engine, *gone)} == {Status.CREATED}
    user = UserWrite("ann", (("segment", "vip"),), set_time_ms=soon_ms)
    plain = UserWrite("ann", (("segment", "none"),))
    assert {one.status for one in apply(engine, user, plain)} == {Status.CREATED}
    assert engine.parts.users.features("ann") == (("segment", "none"),)


def spread(minutes, *, count=900, **more):
    """Return clicks that say they happened in the minutes before now."""
    names = [(m, n) for m in minutes for n in range(count)]
    return [
        click(f"e{m}-{n}", NOW_MS - m * MINUTE_MS, item=f"sku-{98 + n % 2}", **more)
        for m, n in names
    ]


@pytest.mark.parametrize("slate", [None, SLATE])
def test_a_page_cannot_spread_its_visitors_clicks_over_minutes(slate):
    """R9: with a token of a list that a backend requested, or without one."""
    engine = Engine(EngineSettings(visitor_events_per_minute_max=10, catalogue_only="nobody"))
    events = spread((1, 2, 3, 4), count=9, slate=slate, from_page=True)
    outcomes = apply(engine, *events)
    created = [one for one in outcomes if one.status is Status.CREATED]
    assert len(created) == 10
    assert outcomes[-1].detail.startswith("visitor_id: more than 10 events")
    (again,) = apply(engine, events[-1], time_ms=NOW_MS + MINUTE_MS)
    assert again.status is Status.CREATED


def test_a_backend_may_send_a_history_at_once():
    engine = Engine(EngineSettings(visitor_events_per_minute_max=10))
    outcomes = apply(engine, *spread((1, 2, 3, 4), count=9))
    assert {outcome.status for outcome in outcomes} == {Status.CREATED}
