"""Seen slots and acts by item and placement: counted once their window is over, faded, bounded."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.lookups.act_rates import rates_at
from headwater_server.engine.measures.act_rates import PLACEMENTS_MAX, ActRates
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.settings import EngineSettings

MINUTE_MS, DAY_S = 60_000, 86_400.0
WINDOW_MS = 30 * MINUTE_MS


def item(n):
    return np.array([n], dtype=np.int32)


def observe(rates, placement="home", number=3, *, acted=False, at_s=0.0, times=1):
    for _ in range(times):
        rates.observe(placement, item(number), np.array([acted]), at_s)


def seen(engine, placement="home"):
    """Return {item: (seen, acts)} at a placement, without what has faded away."""
    found = engine.lookups.seen_slots(placement)
    ids = engine.parts.catalogue.ids
    columns = zip(found.items.tolist(), found.seen.round(4), found.acts.round(4), strict=True)
    return {ids[number]: (float(slots), float(acts)) for number, slots, acts in columns}


def report(engine, time_ms, items, *, visitor="ann", placement="home", event_id=""):
    event_id = event_id or f"i{time_ms}-{visitor}"
    event = Event(
        event_id, "impression", visitor, items=tuple(map(EventItem, items)), placement=placement
    )
    engine.apply(Entry(time_ms, (event,)))


def pass_time(engine, time_ms):
    engine.apply(Entry(time_ms, (ItemWrite(Item("clock")),)))


def click(engine, time_ms, item_id, visitor="ann"):
    event = Event(f"c{time_ms}", "click", visitor, items=(EventItem(item_id),))
    engine.apply(Entry(time_ms, (event,)))


def catalogue(*ids):
    engine = Engine(EngineSettings(act_half_life_days=36_500))
    engine.apply(Entry(0, tuple(ItemWrite(Item(item_id)) for item_id in ids)))
    return engine


def test_a_slot_counts_when_its_window_is_over_with_the_acts_until_then():
    engine = catalogue("a", "b")
    report(engine, 1_000, ["a", "b"])
    click(engine, 2_000, "b")
    assert seen(engine) == {}
    pass_time(engine, 2_000 + WINDOW_MS)
    assert seen(engine) == {"a": (1.0, 0.0), "b": (1.0, 1.0)}


def test_a_late_act_and_a_repeated_report_change_nothing():
    engine = catalogue("a")
    report(engine, 1_000, ["a"], event_id="one")
    report(engine, 1_500, ["a"], event_id="one")
    click(engine, 2_000 + WINDOW_MS, "a")
    pass_time(engine, 3_000 + 2 * WINDOW_MS)
    assert seen(engine) == {"a": (1.0, 0.0)}


def test_half_of_a_slot_is_left_after_the_half_life():
    rates = ActRates()
    rates.half_life_s = 2 * DAY_S
    observe(rates, acted=True, at_s=0.0)
    observe(rates, at_s=2 * DAY_S)
    found = rates.at("home", 2 * DAY_S)
    assert (found.seen[0], found.acts[0]) == (1.5, 0.5)
    later = rates.at("home", 4 * DAY_S)
    assert (later.seen[0], later.acts[0]) == (0.75, 0.25)


def test_slots_of_equal_weight_count_by_their_number_and_faded_ones_twice():
    """Kish: n^2 / q slots of equal weight have the variance of n faded ones; it fades, too."""
    rates = ActRates()
    observe(rates, times=50)
    assert rates.at("home", 0.0).slots[0] == pytest.approx(50.0)
    for day in range(400):
        observe(rates, number=4, at_s=day * DAY_S, times=3)
    slots = rates.at("home", 399 * DAY_S)
    assert slots.seen[1] == pytest.approx(3 * 20.7, rel=0.01)
    assert slots.slots[1] / slots.seen[1] == pytest.approx(2.0, rel=0.05)
    after = rates.at("home", (399 + 14) * DAY_S)
    assert after.slots[1] == pytest.approx(slots.slots[1] / 2)


def test_what_comes_late_counts_as_at_the_last_time():
    rates = ActRates()
    observe(rates, at_s=10 * DAY_S)
    observe(rates, at_s=1 * DAY_S)
    assert rates.at("home", 10 * DAY_S).seen.tolist() == [2.0]


def test_after_sixteen_placements_the_others_count_together():
    rates = ActRates()
    observe(rates, placement="")
    for n in range(PLACEMENTS_MAX + 4):
        observe(rates, placement=f"p{n}")
    assert len(rates.placements) == PLACEMENTS_MAX + 2
    assert rates.placement_of("p3") == "p3"
    assert rates.placement_of("p18") == "other"
    assert rates.at("other", 0.0).seen.tolist() == [4.0]
    rates.drop("p3")
    observe(rates, placement="p18")
    assert rates.placement_of("p18") == "p18"


def test_an_item_of_a_used_number_begins_without_counts():
    """The item that nobody described leaves its number to another."""
    engine = Engine(EngineSettings(items_max=2, event_items_max=1, act_half_life_days=36_500))
    engine.apply(Entry(0, (ItemWrite(Item("a")),)))
    click(engine, 10, "gone")
    report(engine, 1_000, ["gone"])
    click(engine, 2_000 + WINDOW_MS, "gone")
    assert seen(engine) == {"gone": (1.0, 0.0)}
    click(engine, 3_000 + WINDOW_MS, "fresh")
    assert engine.parts.catalogue.number("gone") is None
    assert seen(engine) == {}


def test_counts_survive_a_snapshot_and_grow_with_the_catalogue():
    engine = catalogue("a")
    report(engine, 1_000, ["a"])
    pass_time(engine, 2_000 + WINDOW_MS)
    again = Engine.restore(engine.capture())
    assert again.digest() == engine.digest()
    writes = tuple(ItemWrite(Item(f"x{n}")) for n in range(1_500))
    for one in (engine, again):
        one.apply(Entry(3_000 + WINDOW_MS, writes))
        report(one, 4_000 + WINDOW_MS, ["x1499", "a"])
        one.apply(Entry(5_000 + 2 * WINDOW_MS, (ItemDelete("x3"),)))
        assert seen(one) == {"a": (2.0, 0.0), "x1499": (1.0, 0.0)}
    assert again.digest() == engine.digest()


def test_the_setting_is_left_out_of_the_log_where_it_is_the_default():
    assert "act_half_life_days" not in EngineSettings().canonical()
    assert json.loads(EngineSettings(act_half_life_days=3.0).canonical())["act_half_life_days"] == 3
    assert EngineSettings.parse("{}").act_half_life_days == 14.0


def test_a_lucky_item_does_not_look_best():
    rates = ActRates()
    for number in range(40):
        for slot in range(200):
            observe(rates, number=number, acted=slot % 20 == 0)
    observe(rates, number=50, acted=True, times=2)
    observe(rates, number=50)
    for slot in range(400):
        observe(rates, number=60, acted=slot % 8 == 0)
    found = rates_at("home", rates.at("home", 0.0))
    lucky, good, plain = (found.of(number) for number in (50, 60, 7))
    assert lucky.mean < 0.15
    assert lucky.mean < good.mean
    assert good.probability_best > 0.4
    assert plain.low < 0.05 < plain.high
    assert (plain.seen, plain.acts) == (200.0, 10.0)
    order = np.argsort(-found.keys(np.array([7, 60, 61, 50], dtype=np.int32)))
    assert order[0] == 1
    assert order[-1] == 2
    assert found.of(61) is None


def test_nothing_seen_is_no_rate():
    found = rates_at("home", ActRates().at("home", 0.0))
    assert found.of(0) is None
    assert found.keys(np.arange(3, dtype=np.int32)).tolist() == [0.0, 0.0, 0.0]
    assert found.later(ActRates().of("home", 0, 0.0)) is None


def test_what_has_faded_away_is_not_seen_and_leaves_the_others_their_rates():
    rates = ActRates()
    rates.half_life_s = 0.01 * DAY_S
    observe(rates, number=1, acted=True, times=5)
    idle = rates.at("home", 11 * DAY_S)
    assert len(idle.items) == 1
    gone = rates_at("home", idle)
    assert gone.of(1) is None
    assert gone.later(rates.of("home", 1, 11 * DAY_S)) is None
    assert gone.keys(np.arange(3, dtype=np.int32)).tolist() == [0.0, 0.0, 0.0]
    observe(rates, number=2, at_s=11 * DAY_S, times=30)
    found = rates_at("home", rates.at("home", 11 * DAY_S))
    assert found.of(1) is None
    assert 0.0 < found.of(2).mean < 0.2
    assert found.later(rates.of("home", 1, 11 * DAY_S)) is None


def test_the_version_of_a_placement_changes_with_its_counts_alone():
    rates = ActRates()
    names = ("home", "shop", "other")

    def changed(act):
        before = {name: rates.version(name) for name in names}
        act()
        return {name for name in names if rates.version(name) != before[name]}

    observe(rates, "shop", 7)
    assert changed(lambda: observe(rates, "home", 3)) == {"home"}
    assert changed(lambda: rates.forget(item(9))) == set()
    assert changed(lambda: rates.forget(item(7))) == {"shop"}
    assert changed(lambda: rates.set_back(1.0)) == set(names)
    assert changed(lambda: rates.load(rates.state())) == set(names)
    assert "shop" in changed(lambda: rates.drop("shop"))
    assert "shop" in changed(lambda: observe(rates, "shop", 7))
    rates.half_life_s = 1.0
    assert rates.lists_at("shop") == 1
    for n in range(PLACEMENTS_MAX):
        observe(rates, f"p{n}")
    assert changed(lambda: observe(rates, "one more")) == {"other"}
