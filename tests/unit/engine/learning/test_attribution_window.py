"""A window of attribution that is changed: what is open closes within the new one."""

from dataclasses import replace

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, SettingsChange
from headwater_server.engine.messages.events import Event, Slate

MINUTE_MS = 60_000


def _seen(engine, number, time_ms):
    slate = Slate(f"r{number}", "best", "home", ("a",), (1.0,))
    event = Event(f"seen {number}", "impression", f"v{number}", slate=slate)
    engine.apply(Entry(time_ms, (event,)))


def _change(engine, minutes, time_ms):
    settings = replace(engine.settings, attribution_window_minutes=minutes)
    engine.apply(Entry(time_ms, (SettingsChange(settings),)))


@pytest.fixture
def engine():
    engine = Engine()
    engine.apply(Entry(0, (ItemWrite(Item("a")),)))
    return engine


def test_a_shorter_window_holds_from_its_entry_on(engine):
    """One impression from before does not keep those after it open for its half hour."""
    _seen(engine, 0, 1_000)
    _change(engine, 1, 2_000)
    for number in range(1, 6):
        _seen(engine, number, 2_000 + 2 * MINUTE_MS * number)
    assert engine.lookups.counts()["open_impressions"] == 1
    assert Engine.restore(engine.capture()).digest() == engine.digest()


def test_a_longer_window_does_not_keep_what_was_open_longer(engine):
    _change(engine, 1, 1_000)
    _seen(engine, 0, 2_000)
    _change(engine, 30, 3_000)
    _seen(engine, 1, 3_000 + 2 * MINUTE_MS)
    assert engine.lookups.counts()["open_impressions"] == 1
