"""Whose events may create items: a setting, with pages excluded by default."""

import json

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemDelete,
    ItemWrite,
    SettingsChange,
)
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.settings import EngineSettings

SLATE = Slate("r", "best", "home", ("boots", "gone"), (1.0, 1.0))


def _shop(**settings):
    engine = Engine(EngineSettings(**settings))
    engine.apply(Entry(1, (ItemWrite(Item("boots")),)))
    return engine


def _status(engine, event):
    return engine.apply(Entry(1, (event,)))[0].status


def _click(name, *items, **more):
    return Event(name, "click", "v", items=tuple(map(EventItem, items)), **more)


@pytest.mark.parametrize("slate", [None, SLATE])
def test_a_page_creates_no_item_with_or_without_a_token(slate):
    """The reason names the first unknown item; nothing of the event is learned."""
    engine = _shop()
    before = engine.digest()
    event = _click("e", "boots", "gone", from_page=True, slate=slate)
    outcome = engine.apply(Entry(9, (event,)))[0]
    assert outcome.status is Status.QUARANTINED
    assert outcome.detail.startswith("items[1].item_id: 'gone' is not a known item")
    assert engine.digest() == before


def test_a_page_may_name_what_a_backend_named_and_what_was_deleted():
    """A page that a visitor still has open names an item that the shop has just deleted."""
    engine = _shop()
    assert _status(engine, _click("e1", "tent")) is Status.CREATED
    engine.apply(Entry(2, (ItemDelete("boots"),)))
    assert _status(engine, _click("e2", "tent", "boots", from_page=True)) is Status.CREATED
    assert len(engine.parts.catalogue) == 2


def test_an_impression_of_our_list_is_learned_without_the_item_that_left():
    """It creates no item; without a token it must name known ones."""
    engine = _shop()
    seen = Event("e1", "impression", "v", slate=SLATE, from_page=True, items=(EventItem("gone"),))
    assert _status(engine, seen) is Status.CREATED
    own = Event("e2", "impression", "v", items=(EventItem("gone"),), from_page=True)
    assert _status(engine, own) is Status.QUARANTINED
    assert len(engine.parts.catalogue) == 1


def test_a_repeat_is_known_although_its_item_has_left():
    """What was learned once gets EXISTS, so that no client takes it for lost."""
    engine = _shop(items_max=1, event_items_max=1)
    _status(engine, _click("e1", "tent"))
    event = _click("e2", "tent", from_page=True)
    assert _status(engine, event) is Status.CREATED
    _status(engine, _click("e3", "rope"))
    assert engine.parts.catalogue.number("tent") is None
    assert _status(engine, event) is Status.EXISTS


def test_the_log_of_an_earlier_build_keeps_the_items_of_its_pages():
    """Its settings know nothing of the limit; it holds from the next settings entry on."""
    texts = json.loads(EngineSettings().canonical())
    del texts["catalogue_only"], texts["page_event_items_max"]
    engine = Engine()
    engine.apply(Entry(1, (SettingsChange(EngineSettings.parse(json.dumps(texts))),)))
    assert _status(engine, _click("e1", "tent", from_page=True)) is Status.CREATED
    engine.apply(Entry(2, (SettingsChange(EngineSettings()),)))
    assert _status(engine, _click("e2", "rope", from_page=True)) is Status.QUARANTINED
    assert _status(engine, _click("e3", "tent", from_page=True)) is Status.CREATED


@pytest.mark.parametrize(
    ("who", "page", "backend"), [("nobody", True, True), ("pages", False, True),
                                 ("everyone", False, False)]
)  # fmt: skip
def test_the_setting_decides_whose_events_create_items(who, page, backend):
    """Each sends one new item."""
    engine = _shop(catalogue_only=who)
    created = [
        _status(engine, _click(f"e{from_page}", f"new{from_page}", from_page=from_page))
        is Status.CREATED
        for from_page in (True, False)
    ]
    assert created == [page, backend]
