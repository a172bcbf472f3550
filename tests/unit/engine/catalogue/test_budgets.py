"""Who may push out whom: described items stay, the others push out each other."""

from dataclasses import replace

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemDelete,
    ItemWrite,
    SettingsChange,
)
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.settings import EngineSettings


def _engine(**settings):
    return Engine(EngineSettings(**settings))


def _describe(engine, *ids, set_time_ms=None):
    writes = tuple(ItemWrite(Item(name, title=name), set_time_ms=set_time_ms) for name in ids)
    return engine.apply(Entry(1, writes))


def _click(engine, *ids, **more):
    events = (
        Event(
            f"{name} {engine.parts.learned} {n}", "click", f"v{n}", items=(EventItem(name),), **more
        )
        for n, name in enumerate(ids)
    )
    return engine.apply(Entry(1, tuple(events)))


def _names(prefix, count):
    return [f"{prefix}{n}" for n in range(count)]


def _known(engine, ids):
    return sum(engine.parts.catalogue.number(name) is not None for name in ids)


def test_no_event_pushes_out_what_the_shop_describes():
    """A thousand items of a backend's events: the described ones stay, the events' are bounded."""
    engine = _engine(items_max=100, event_items_max=64)
    described = _names("sku", 80)
    _describe(engine, *described)
    _click(engine, *_names("junk", 1000))
    assert all(engine.lookups.get_item(name) for name in described)
    assert engine.parts.catalogue.event_items <= 64
    assert _known(engine, _names("junk", 1000)[-60:]) == 60


def test_a_new_item_beyond_items_max_is_refused_and_the_others_stay():
    """The reason names the setting and its value; nothing changes, not even the clock."""
    engine = _engine(items_max=10)
    outcomes = _describe(engine, *_names("i", 15))
    assert [o.status for o in outcomes] == [Status.CREATED] * 10 + [Status.QUARANTINED] * 5
    assert "items_max" in outcomes[-1].detail
    assert " 10 " in outcomes[-1].detail
    assert [item.item_id for item in engine.lookups.list_items("", 99, "")] == _names("i", 10)
    before = engine.digest()
    refused = engine.apply(Entry(99_999, (ItemWrite(Item("i12")),)))
    assert refused[0].status is Status.QUARANTINED
    assert engine.digest() == before
    assert engine.lookups.counts()["item_writes_refused"] == 6


def test_what_is_described_may_always_be_changed():
    """A full catalogue takes changes; an old write of a deleted item is outdated, not refused."""
    engine = _engine(items_max=2)
    _describe(engine, "a", "b")
    assert _describe(engine, "a", set_time_ms=5)[0].status is Status.CREATED
    engine.apply(Entry(1, (ItemDelete("b", set_time_ms=9),)))
    _describe(engine, "c")
    assert _describe(engine, "b", set_time_ms=8)[0].status is Status.EXISTS
    assert _describe(engine, "b", set_time_ms=10)[0].status is Status.QUARANTINED


def test_a_deleted_item_frees_its_place():
    """It becomes one of those that only events name, and may come back when there is room."""
    engine = _engine(items_max=2)
    _describe(engine, "a", "b")
    engine.apply(Entry(1, (ItemDelete("a"),)))
    assert _describe(engine, "c")[0].status is Status.CREATED
    assert (engine.parts.catalogue.described, engine.parts.catalogue.event_items) == (2, 1)
    assert _describe(engine, "a")[0].status is Status.QUARANTINED


def test_an_items_counts_survive_when_it_is_described():
    """An item of events moves to the described ones with its number, and frees its place there."""
    engine = _engine(items_max=10, event_items_max=2)
    _click(engine, "a", "b")
    number = engine.parts.catalogue.number("a")
    _describe(engine, "a")
    _click(engine, "c")
    assert engine.parts.catalogue.number("a") == number
    assert _known(engine, ["a", "b", "c"]) == 3


def test_a_shop_without_a_catalogue_has_all_places():
    """With 0, items of events use what items_max leaves free."""
    engine = _engine(items_max=40, event_items_max=0)
    _click(engine, *_names("e", 60))
    assert engine.parts.catalogue.event_items == 40
    _describe(engine, *_names("i", 40))
    assert (engine.parts.catalogue.described, engine.parts.catalogue.event_items) == (40, 10)
    _click(engine, *_names("f", 60))
    assert (engine.parts.catalogue.described, engine.parts.catalogue.event_items) == (40, 10)


def test_nothing_of_an_item_that_left_comes_back():
    """The next item with its number has none of its counts, also after a restart."""
    engine = _engine(items_max=4, event_items_max=2)
    for n in range(30):
        _click(engine, f"e{n % 7}", f"e{n % 3}")
    _describe(engine, "x", "e1")
    again = Engine.restore(engine.capture())
    for each in (engine, again):
        _click(each, "fresh", "e2", "e1")
        assert each.parts.models.activity.interactions[each.parts.catalogue.number("fresh")] == 1
    assert again.digest() == engine.digest()


@pytest.mark.parametrize("settings", [{"items_max": 5, "event_items_max": 20}, {"items_max": 5}])
def test_lowered_limits_apply_at_the_settings_entry(settings):
    """Items of events, visitors and ids shrink at once; described items stay."""
    engine = _engine(event_items_max=0)
    _describe(engine, *_names("i", 30))
    _click(engine, *_names("e", 300))
    lowered = replace(engine.settings, visitors_max=50, deduplication_ids_max=70, **settings)
    engine.apply(Entry(2, (SettingsChange(lowered),)))
    counts = engine.lookups.counts()
    assert (counts["visitors"], counts["deduplication_ids"]) == (50, 70)
    assert counts["items_described"] == 30
    assert engine.parts.catalogue.event_items == settings.get("event_items_max", 1)
    assert _describe(engine, "new")[0].status is Status.QUARANTINED
    assert Engine.restore(engine.capture()).digest() == engine.digest()
    assert len(_click(engine, "e299", "e1", "i3")) == 3
