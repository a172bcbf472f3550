"""Robots and loud sources teach no more than their share, and leave no trace beyond it."""

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.intake import influence as influence_module
from headwater_server.engine.intake.influence import COUNTED_MAX, Influence
from headwater_server.engine.messages.entries import Entry, Mark
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot.state import digest, flatten

CREATED, QUARANTINED = Status.CREATED, Status.QUARANTINED


def engine(**settings):
    return Engine(EngineSettings(**settings))


def views(count, visitor="robot", **more):
    return tuple(
        Event(f"{visitor}{n}", "view", visitor, items=(EventItem(f"i{n % 9}"),), **more)
        for n in range(count)
    )


def statuses(engine, events, time_ms=1_000):
    return [outcome.status for outcome in engine.apply(Entry(time_ms, events))]


def test_a_robot_stops_teaching_after_its_thousandth_event_of_a_minute():
    shop = engine()
    assert statuses(shop, views(1003)) == [CREATED] * 1000 + [QUARANTINED] * 3
    assert statuses(shop, views(1, "somebody else")) == [CREATED]


def test_the_excess_leaves_no_trace():
    """What came too much changes neither the digest nor the clock, however late it comes."""
    shop, calm = (engine(visitor_events_per_minute_max=5) for _ in range(2))
    statuses(shop, views(9), time_ms=1_000)
    statuses(calm, views(5), time_ms=1_000)
    statuses(shop, views(9), time_ms=59_000)
    assert shop.digest() == calm.digest()
    assert shop.parts.clock_ms == 1_000


def test_the_next_minute_is_a_new_one():
    shop = engine(visitor_events_per_minute_max=5)
    assert statuses(shop, views(6), 59_999)[-1] is QUARANTINED
    assert statuses(shop, views(6), 60_000) == [Status.EXISTS] * 5 + [CREATED]


def test_a_history_that_is_sent_at_once_is_no_robot():
    """Events count by when they say they happened: a year of orders may come in one call."""
    shop = engine(visitor_events_per_minute_max=5)
    orders = [views(1, f"e{n}", event_time_ms=n * 60_000)[0] for n in range(50)]
    one_visitor = tuple(
        Event(order.event_id, "purchase", "ann", items=order.items, event_time_ms=n * 60_000)
        for n, order in enumerate(orders)
    )
    assert set(statuses(shop, one_visitor, time_ms=50 * 60_000)) == {CREATED}


@pytest.mark.parametrize("most", [0, 5])
def test_a_source_teaches_its_share_under_any_names(most):
    """Strangers without end from one address: the source's limit holds, if one is set."""
    shop = engine(source_events_per_minute_max=most)
    events = tuple(views(1, f"stranger {n}", source="s1")[0] for n in range(8))
    learned = statuses(shop, events).count(CREATED)
    assert learned == (most or 8)
    other = views(1, "stranger x", source="s2")
    assert statuses(shop, other) == [CREATED]


def test_no_limit_is_none():
    assert set(statuses(engine(visitor_events_per_minute_max=0), views(1500))) == {CREATED}


def test_a_restart_in_the_minute_forgets_no_count():
    shop = engine(visitor_events_per_minute_max=5)
    statuses(shop, views(4))
    again = Engine.restore(shop.capture())
    assert statuses(again, views(6)) == [Status.EXISTS] * 4 + [CREATED, QUARANTINED]


def test_a_flood_of_names_takes_no_memory():
    influence = Influence(EngineSettings())
    for n in range(COUNTED_MAX + 500):
        influence.note(Event(f"e{n}", "view", f"v{n}"), f"vv{n}", 0)
    assert len(influence.state()["names"]) == COUNTED_MAX


def test_a_mark_changes_nothing():
    shop = engine()
    before = shop.digest()
    assert statuses(shop, (Mark("m"),)) == [CREATED]
    assert (shop.digest(), shop.parts.clock_ms) == (before, 0)


def test_events_that_are_counted_together_are_counted_one_by_one(monkeypatch):
    monkeypatch.setattr(influence_module, "COUNTED_MAX", 3)
    together, single = (Influence(EngineSettings()) for _ in range(2))
    names = ["vann\x000", "vbob\x000", "vann\x000", "veve\x000", "vdan\x000", "vann\x001"]
    clocks = [5, 5, 6, 7, 8, 60_000]
    for stop in (2, 6):
        together.count_all(names[stop - 2 : stop], clocks[stop - 2 : stop])
        for name, clock_ms in zip(names[stop - 2 : stop], clocks[stop - 2 : stop], strict=True):
            single.count([name], clock_ms)
        assert digest(flatten(together.state())) == digest(flatten(single.state()))


def test_a_name_that_so_many_more_may_take_too_far_is_found():
    influence = Influence(EngineSettings(visitor_events_per_minute_max=5))
    influence.count_all(["vann\x000"] * 3, [1, 2, 3])
    assert influence.first_over(["vbob\x000", "vann\x000"]) == 2
    assert influence.first_over(["vbob\x000", "vbob\x000", "vann\x000"]) == 2
    assert influence.first_over(["vbob\x000", "vbob\x000"]) == 2


def test_whatever_an_id_holds_its_counts_can_be_forgotten():
    influence, profile = Influence(EngineSettings()), "va\0b"
    influence.note(Event("e1", "click", "a\0b"), profile, clock_ms=5)
    influence.repeats.count(f"a{profile}", "tent", now_ms=5)
    influence.forget(profile)
    assert influence.state()["names"] == []
    assert influence.repeats.count(f"a{profile}", "tent", now_ms=5) == 0.0
