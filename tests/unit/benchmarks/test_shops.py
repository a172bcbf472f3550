"""Made shops: the same for the same seed, sorted, and of the shape of the real ones."""

from __future__ import annotations

import statistics
from collections import Counter
from itertools import islice, pairwise

import pytest

from benchmarks.shops.learned import event_of, settings_for
from benchmarks.shops.shop import BLOCK, Shop
from headwater_server.engine.engine import Engine
from headwater_server.engine.intake.firewall import quarantine_reason
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop_history import read_history

SHOP = Shop(items=2_000, visitors=3_000, events=8_000)
SESSION_GAP_S = 1_800


@pytest.fixture(scope="module")
def events():
    return list(SHOP.events_made())


def sessions(events):
    """Return the items of each session, in the order of time."""
    last, found, open_now = {}, [], {}
    for one in events:
        if one.visitor_id in last and one.time_s - last[one.visitor_id] <= SESSION_GAP_S:
            open_now[one.visitor_id].append(one.item_id)
        else:
            open_now[one.visitor_id] = [one.item_id]
            found.append(open_now[one.visitor_id])
        last[one.visitor_id] = one.time_s
    return found


def test_equal_shops_are_equal_and_another_seed_is_another_shop(events):
    assert list(Shop(SHOP.items, SHOP.visitors, SHOP.events).events_made()) == events
    assert list(SHOP.items_made()) == list(Shop(SHOP.items).items_made())
    other = Shop(SHOP.items, SHOP.visitors, SHOP.events, seed=14)
    assert list(islice(other.events_made(), 10)) != events[:10]


def test_fewer_events_are_the_first_of_more(events):
    few = Shop(SHOP.items, SHOP.visitors, 500)
    assert list(few.events_made()) == events[:500]


def test_events_are_in_the_order_of_time_and_within_the_shop(events):
    assert len(events) == SHOP.events
    assert all(one.time_s <= other.time_s for one, other in pairwise(events))
    known = {one.item_id for one in SHOP.items_made()}
    assert len(known) == SHOP.items
    assert {one.item_id for one in events} <= known


def test_items_come_a_block_at_a_time_whatever_the_size_of_the_shop():
    million = list(islice(Shop(items=1_000_000).items_made(), BLOCK + 3))
    assert [one.item_id for one in million[-2:]] == [f"item-{BLOCK + 1}", f"item-{BLOCK + 2}"]
    assert all(one.title and one.categories and one.price >= 0 for one in million)


def test_sessions_are_as_long_and_as_repetitive_as_real_ones(events):
    found = sessions(events)
    lengths = [len(one) for one in found]
    assert statistics.median(lengths) == 3
    assert 4.0 < statistics.mean(lengths) < 6.0
    repeats = sum(len(one) - len(set(one)) for one in found) / len(events)
    assert 0.24 < repeats < 0.36  # bol: 0.29
    again = sum(a == b for one in found for a, b in pairwise(one))
    assert again < 0.01 * len(events)


def test_few_items_are_wanted_by_many(events):
    counts = sorted(Counter(one.item_id for one in events).values(), reverse=True)
    best = sum(counts[: SHOP.items // 10]) / len(events)
    assert 0.30 < best < 0.50  # bol: 0.35 in ten times as many events


def test_each_visitor_of_a_crowd_comes_once():
    crowd = Shop(items=50, visitors=300, events=300, once=True)
    assert len({one.visitor_id for one in crowd.events_made()}) == 300


def test_an_import_can_read_what_is_written(tmp_path):
    small = Shop(items=60, visitors=20, events=100)
    paths = small.write(tmp_path)
    history = read_history(*paths, EngineSettings())
    assert len(history.events) == 100
    assert [write.item.item_id for write in history.items[:2]] == ["item-0", "item-1"]
    assert all(write.item.price is not None for write in history.items)


def test_no_event_is_quarantined(events):
    settings = settings_for(SHOP)
    made = [event_of(one, f"e{n}") for n, one in enumerate(events[:200])]
    assert {quarantine_reason(one, settings) for one in made} == {""}


def test_a_large_shop_has_room_in_the_settings():
    assert settings_for(Shop(items=1_000_000, visitors=10)).items_max == 2_000_000
    assert settings_for(Shop(items=10)) == Engine().settings
