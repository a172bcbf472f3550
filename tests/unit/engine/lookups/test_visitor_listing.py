"""Visitors and accounts are listed by their last act, and found by a part of their id."""

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.lookups import visitor_listing
from headwater_server.engine.lookups.visitor_listing import VisitorQuestion
from headwater_server.engine.messages.entries import Entry, UserErase, UserWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors import recent_ids
from headwater_server.engine.visitors.recent_ids import RecentIds


def view(number, visitor_id, user_id="", item="tent"):
    event = Event(f"e{number}", "view", visitor_id, user_id, items=(EventItem(item),))
    return Entry(1_000 * number, (event,))


def engine_with(*visits, settings=None):
    engine = Engine(settings or EngineSettings())
    for number, visit in enumerate(visits, 1):
        engine.apply(view(number, *visit))
    return engine


def asked(engine, text="", count=50, after=None):
    return [*engine.lookups.visitor_page(VisitorQuestion(text, count, after))][-1]


def ids(page):
    return [one.visitor_id or f"account {one.user_id}" for one in page.visitors]


def test_the_most_recently_active_come_first():
    engine = engine_with(("ann",), ("bob",), ("eve", "eva"), ("ann", "", "hat"))
    page = asked(engine)
    assert ids(page) == ["ann", "account eva", "eve", "bob"]
    assert [one.last_ms for one in page.visitors] == [4_000, 3_000, 0, 2_000]
    assert [one.items for one in page.visitors] == [2, 1, 0, 1]
    assert [(one.user_id, one.visitors) for one in page.visitors[1:3]] == [("eva", 1), ("eva", 0)]
    assert (page.total, page.searched, page.profiles) == (4, 4, 4)


def test_a_text_is_found_anywhere_in_an_id_and_the_best_match_comes_first():
    names = ["old-ann", "ANN-2", "ann", "hannah", "bob"]
    engine = engine_with(*((name,) for name in names))
    engine.apply(Entry(9_000, (UserWrite("annex", (("segment", "new"),)),)))
    assert ids(asked(engine, "ann")) == ["ann", "ANN-2", "account annex", "hannah", "old-ann"]
    assert asked(engine, "ann").total == 5
    assert ids(asked(engine, "zoe")) == []


def test_an_account_that_was_only_described_is_found_by_its_whole_id():
    engine = engine_with(("ann",))
    engine.apply(Entry(9_000, (UserWrite("eva", (("segment", "new"),)),)))
    assert ids(asked(engine, "eva")) == ["account eva"]
    assert ids(asked(engine)) == ["ann"]


def test_of_accounts_that_were_only_described_the_latest_are_searched(monkeypatch):
    monkeypatch.setattr(visitor_listing, "IDS_MAX", 2)
    engine = engine_with()
    for name in ("eva-1", "eva-2", "eva-3", "eva-1"):
        engine.apply(Entry(9_000, (UserWrite(name, (("segment", "new"),)),)))
    assert ids(asked(engine, "eva")) == ["account eva-1", "account eva-3"]
    assert ids(asked(engine, "eva-2")) == ["account eva-2"]


@pytest.mark.parametrize("text", ["", "v", "v1"])
@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_the_pages_hold_each_exactly_once_in_order(text, size, monkeypatch):
    monkeypatch.setattr(visitor_listing, "STEP", 3)
    engine = engine_with(*((f"v{number}",) for number in range(23)))
    whole, found, after = ids(asked(engine, text, 100)), [], None
    while page := asked(engine, text, size, after).visitors:
        found += [one.visitor_id for one in page]
        after = page[-1].place
    assert found == whole
    assert len(set(found)) == asked(engine, text).total


def test_reading_changes_nothing_and_a_snapshot_keeps_the_order():
    engine = engine_with(("ann",), ("bob", "bob"), ("ann",))
    before = engine.digest()
    page = asked(engine)
    assert engine.digest() == before
    restored = Engine.restore(
        [
            (path, leaf.copy() if isinstance(leaf, np.ndarray) else leaf)
            for path, leaf in engine.capture()
        ]
    )
    assert restored.digest() == before
    assert asked(restored) == page


def test_an_erased_person_is_in_no_list():
    engine = engine_with(("ann", "anna"), ("bob",))
    engine.apply(Entry(9_000, (UserErase("anna", ("ann",)),)))
    assert ids(asked(engine)) == ["bob"]
    assert ids(asked(engine, "ann")) == []


def test_an_evicted_profile_leaves_the_list():
    settings = EngineSettings(visitors_max=4)
    engine = engine_with(*((f"v{number}",) for number in range(9)), settings=settings)
    assert len(asked(engine).visitors) == len(engine.parts.visitors)


def test_one_whose_id_is_not_kept_any_more_is_found_by_exactly_it(monkeypatch):
    monkeypatch.setattr(recent_ids, "IDS_MAX", 4)
    engine = engine_with()
    engine.parts.visitors.recent_ids = RecentIds(most=4)
    for number in range(1, 10):
        engine.apply(view(number, f"v{number}"))
    page = asked(engine, "v1")
    assert ids(page) == ["v1"]
    assert (page.searched, page.profiles) == (4, 9)
    users = engine.lookups.counts()["users"]
    assert visitor_listing.unsearched(page, users, "v1") == 5
    assert ids(asked(engine)) == ["v9", "v8", "v7", "v6"]


def test_who_leaves_between_two_steps_is_left_out(monkeypatch):
    monkeypatch.setattr(visitor_listing, "STEP", 2)
    engine = engine_with(*((f"v{number}",) for number in range(6)))
    steps = engine.lookups.visitor_page(VisitorQuestion("v"))
    next(steps)
    engine.apply(Entry(9_000, (UserErase("", ("v0",)),)))
    assert "v0" not in ids([*steps][-1])
