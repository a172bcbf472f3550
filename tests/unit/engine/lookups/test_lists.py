"""Lists that belong to no visitor."""

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.lookups import lists
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.messages.requests import ScoredItem
from headwater_server.models import evidence as ev

DAY_MS = 86_400_000


def _view(engine, visitor, item, time_ms, user_id=""):
    name = f"{visitor} {item} {time_ms}"
    event = Event(name, "view", visitor, user_id=user_id, items=(EventItem(item),))
    assert engine.apply(Entry(time_ms, (event,)))[0].status is Status.CREATED


@pytest.fixture
def shop():
    """Teas that are looked at together, cups that are looked at together, a tea nobody saw."""
    engine = Engine()
    items = [Item(f"tea {n}", title=f"green tea {n}", categories=("tea",)) for n in range(5)]
    items += [Item(f"cup {n}", title=f"china cup {n}", categories=("cup",)) for n in range(5)]
    items.append(Item("tea cold", title="green tea", categories=("tea",)))
    engine.apply(Entry(0, tuple(map(ItemWrite, items))))
    for n in range(100):
        kind = "tea" if n % 2 else "cup"
        for item in (f"{kind} {n % 5}", f"{kind} {(n + 1) % 5}", f"{kind} {(n + 2) % 5}"):
            _view(engine, f"v{n}", item, 1000 * n)
    return engine


def _ids(scored):
    return [one.item_id for one in scored]


def test_similar_items_go_together_or_are_described_alike(shop):
    """Teas come before cups; the tea without interactions is found, in both directions."""
    found = _ids(shop.lookups.list_similar_items(["tea 1"], 20, "", 10**6))
    assert "tea 1" not in found
    assert set(found[:4]) <= {f"tea {n}" for n in range(5)} | {"tea cold"}
    assert "tea cold" in found
    cold = _ids(shop.lookups.list_similar_items(["tea cold"], 3, "", 10**6))
    assert all(item.startswith("tea") for item in cold)


def test_similar_items_obey_filter_and_stock(shop):
    """What is filtered out, deleted, out of stock or unknown is not in the list."""
    shop.apply(Entry(10**6, (ItemDelete("tea 2"), ItemWrite(Item("tea 3", available=False)))))
    found = _ids(shop.lookups.list_similar_items(["tea 1"], 20, 'categories: ANY("tea")', 10**6))
    assert found
    assert not {"tea 2", "tea 3"} & set(found)
    assert all(item.startswith("tea") for item in found)
    assert shop.lookups.list_similar_items(["unknown"], 20, "", 10**6) == ()


def test_what_rises_is_trending(shop):
    """A steady seller is behind an item that many turned to in the last hour."""
    engine = Engine()
    for n in range(2000):
        _view(engine, f"v{n}", f"steady {n % 3}", n * DAY_MS // 100)
    now = 20 * DAY_MS
    for n in range(30):
        _view(engine, f"w{n}", "rising", now + n)
    assert _ids(engine.lookups.list_trending_items("", "day", 2, "", now))[0] == "rising"
    assert _ids(engine.lookups.list_trending_items("", "", 10, "", now))[0] == "rising"


def test_trending_by_category(shop):
    """Only items of the category are listed; an unknown window is named."""
    found = _ids(shop.lookups.list_trending_items("cup", "week", 20, "", 10**6))
    assert sorted(found) == [f"cup {n}" for n in range(5)]
    with pytest.raises(ValueError, match="window: 'year' is none of hour, day, week"):
        shop.lookups.list_trending_items("", "year", 20, "", 10**6)


def test_lists_change_nothing(shop):
    """Asking for lists leaves the digest as it was."""
    before = shop.digest()
    shop.lookups.list_similar_items(["tea 1", "nothing"], 20, "price > 3", 10**9)
    shop.lookups.list_trending_items("tea", "hour", 20, "", 10**9)
    shop.lookups.list_items("", 10, "")
    shop.lookups.get_user("", "nobody")
    assert shop.digest() == before


def test_a_user_is_returned_with_features_visitors_and_history():
    """An account's profile holds what it was given and what it did, also before logging in."""
    engine = Engine()
    _view(engine, "tablet", "a", 1000)
    _view(engine, "tablet", "b", 2000, user_id="ann")
    write = UserWrite("ann", (("segment", "vip"), ("age", 41.0)))
    engine.apply(Entry(3000, (write,)))
    profile = engine.lookups.get_user("ann", "")
    assert profile.features == (("age", 41.0), ("segment", "vip"))
    assert profile.visitor_ids == ("tablet",)
    assert [one.item_id for one in profile.history] == ["b"]
    visitor = engine.lookups.get_user("", "tablet")
    assert visitor.user_id == "ann"
    assert [(t.item_id, t.time_ms) for t in visitor.history] == [("b", 2000), ("a", 1000)]
    assert engine.lookups.get_user("nobody", "") is None


def test_an_older_write_of_a_user_never_wins():
    """Field by field the newest set_time counts; a named field without a value is taken away."""
    engine = Engine()
    engine.apply(Entry(0, (UserWrite("ann", (("a", 1.0), ("b", 1.0)), set_time_ms=10),)))
    older = UserWrite("ann", (("a", 2.0),), set_time_ms=9)
    assert engine.apply(Entry(0, (older,)))[0].status is Status.EXISTS
    engine.apply(Entry(0, (UserWrite("ann", (), fields=("b",), set_time_ms=11),)))
    assert engine.lookups.get_user("ann", "").features == (("a", 1.0),)
    assert Engine.restore(engine.capture()).digest() == engine.digest()


def _trending_of_all(engine, window, size, category, now_ms):
    """Return what is trending by a look at all items."""
    parts = engine.parts
    rows = np.arange(len(parts.catalogue.ids))
    counts, scores = lists.rises(parts.models.by_day, window, rows)
    shown = parts.catalogue.shown(rows, now_ms) & (counts > lists.LEAST)
    found = [n for n in rows[shown] if not category or category in _categories(parts.catalogue, n)]
    order = sorted(found, key=lambda n: (-scores[n], n))[:size]
    return [ScoredItem(parts.catalogue.ids[n], float(scores[n])) for n in order]


def _categories(catalogue, number):
    item = catalogue.at(number)
    return item.categories if item else ()


def test_trending_items_are_those_of_all_items(monkeypatch):
    """Whether the largest counts decide, or all items must be looked at."""
    monkeypatch.setattr(lists, "REACHES", (6, 20))
    engine, rng = Engine(), np.random.default_rng(6)
    for n in range(60):
        engine.apply(Entry(n, (ItemWrite(Item(f"i{n}", categories=(f"c{n % 4}",))),)))
    time_ms = 0
    for n in range(600):
        time_ms += int(rng.choice((60_000, DAY_MS // 9)))
        _view(engine, f"v{n}", f"i{int(60 * rng.random() ** 3)}", time_ms)
        if n % 20 == 0:
            engine.apply(Entry(time_ms, (ItemWrite(Item(f"i{n % 7}", available=n % 3 > 0)),)))
        window, category = str(rng.choice(lists.WINDOWS)), str(rng.choice(("", "", "c1")))
        size = int(rng.choice((1, 3, 40)))
        found = engine.lookups.list_trending_items(category, window, size, "", time_ms)
        assert list(found) == _trending_of_all(engine, window, size, category, time_ms)


def test_an_item_left_out_keeps_the_row_of_its_evidence():
    """What is similar to two items is compared with each of them, though neither is listed."""
    evidence, items = ev.Evidence(), np.array([4, 9, 2], dtype=np.int32)
    evidence.begin(10)
    ev.add_rows(evidence.scratch, items, ev.FROM_OWN)
    rows = evidence.scratch[4][:3].tolist()
    ev.leave_out(evidence.scratch, items[1:])
    assert ev.rows_of(evidence.scratch, items).tolist() == rows
    assert evidence.scratch[3][:3].tolist() == [4, -1, -1]
