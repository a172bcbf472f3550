"""What is kept of filters, and of the order by popularity, equals a look at all items."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.catalogue.filters import parse
from headwater_server.engine.catalogue.item_bits import ItemBits
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.ranking import filter_masks, most_popular
from headwater_server.engine.settings import EngineSettings

FILTERS = (
    "",
    "price < 5",
    "NOT price >= 5",
    'tags: ANY("a", "b") AND price != 3',
    "available = true OR g = 1",
    'NOT tags: ANY("a") AND NOT available = false',
    "price = 4 OR price = 6",
)


class Shop:
    """An engine under random writes, deletes, events and evictions."""

    def __init__(self, seed, ids):
        self.rng = np.random.default_rng(seed)
        self.engine = Engine(EngineSettings(items_max=2_000, event_items_max=15))
        self.ids, self.time_ms = ids, 0

    def _item(self, item_id):
        rng = self.rng
        return Item(
            item_id,
            tags=tuple(tag for tag in "abc" if rng.random() < 0.4),
            price=None if rng.random() < 0.2 else float(rng.integers(10)),
            features=(("g", float(rng.integers(3))),) if rng.random() < 0.5 else (),
            available=bool(rng.random() < 0.8),
            publish_time_ms=self.time_ms + 50 if rng.random() < 0.05 else 0,
        )

    def _operation(self):
        rng, item_id = self.rng, f"i{int(self.ids * self.rng.random() ** 2)}"
        kind = rng.random()
        if kind < 0.3:
            return ItemWrite(self._item(item_id))
        if kind < 0.4:
            return ItemDelete(item_id)
        if kind < 0.5:
            return Event(f"e{self.time_ms}", "dislike", "ann", items=(EventItem(item_id),))
        visitor = f"v{rng.integers(9)}"
        return Event(f"e{self.time_ms}", "click", visitor, items=(EventItem(item_id),))

    def step(self):
        """Apply one random operation, or go on from a snapshot."""
        self.time_ms += int(self.rng.integers(1, 20))
        if self.rng.random() < 0.01:
            self.engine = Engine.restore(self.engine.capture())
        self.engine.apply(Entry(self.time_ms, (self._operation(),)))

    def check(self, text):
        """Compare what is kept of a filter with plain numpy over all items."""
        parts = self.engine.parts
        catalogue, scoring = parts.catalogue, parts.scoring
        mask = np.ones(catalogue.rows, dtype=np.bool_)
        if text:
            mask = parse(text).mask(catalogue.columns)
            assert np.array_equal(scoring.masks.passing(text).mask(), mask)
        mask = mask & catalogue.available
        assert np.array_equal(scoring.masks.shown(text), mask)
        items = np.flatnonzero(mask[: len(catalogue.ids)] & np.array(catalogue.ids, dtype=np.bool_))
        self._check_order(text, items)

    def _check_order(self, text, items):
        parts = self.engine.parts
        catalogue, barred = parts.catalogue, self.rng.integers(0, 20, 6).astype(np.int32)
        in_time = (catalogue.publish_ms <= self.time_ms) & (self.time_ms < catalogue.expire_ms)
        items = items[in_time[items] & ~np.isin(items, barred)]
        popularity = parts.models.by_event.stored[items, -1]
        wanted = items[np.argsort(-popularity, kind="stable")]
        allowed = parts.scoring.allowed(barred, self.time_ms)
        count = int(self.rng.integers(1, 12))
        found = parts.scoring.by_popularity.among(text, allowed, count)
        assert found.tolist() == wanted[:count].tolist()
        assert parts.scoring.by_popularity.all_allowed(text, allowed).tolist() == items.tolist()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), ids=st.sampled_from((30, 200)))
def test_what_is_kept_equals_a_look_at_all_items(seed, ids):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(most_popular, "ROOM", 5)  # so that lists are cut, and made again
        patch.setattr(most_popular, "ROOM_MAX", 20)
        shop = Shop(seed, ids)
        for _ in range(150):
            for _ in range(int(shop.rng.integers(1, 4))):
                shop.step()
            shop.check(str(shop.rng.choice(FILTERS)))


def test_masks_grow_with_the_catalogue(monkeypatch):
    """Also when the items before and after are evaluated one by one."""
    monkeypatch.setattr(filter_masks, "ROWS_AN_ITEM", 0)
    shop = Shop(1, 3_000)
    for text in FILTERS:
        shop.check(text)
    shop.engine.apply(
        Entry(0, tuple(ItemWrite(Item(f"n{n}", price=float(n % 9))) for n in range(1_100)))
    )
    for text in FILTERS:
        shop.check(text)
    assert shop.engine.parts.scoring.masks.kept.nbytes >= 2_048


def test_only_written_items_are_evaluated_again(monkeypatch):
    """A filter over a large shop costs after a write what it costs without."""
    shop = Shop(2, 10)
    shop.engine.apply(Entry(0, tuple(ItemWrite(Item(f"n{n}", price=1.0)) for n in range(1_000))))
    for text in FILTERS:
        shop.check(text)

    def fails(*_):
        raise AssertionError("all items were evaluated")

    shop.engine.apply(Entry(9, (ItemWrite(Item("n7", price=4.0, available=False)),)))
    monkeypatch.setattr(filter_masks.Filter, "mask", fails)
    number = shop.engine.parts.catalogue.number("n7")
    assert not shop.engine.parts.scoring.masks.shown("price < 5")[number]
    assert shop.engine.parts.scoring.masks.passing("price = 4 OR price = 6").numbers() == [number]


@given(
    members=st.sets(st.integers(0, 79)), put=st.lists(st.tuples(st.integers(0, 79), st.booleans()))
)
def test_bits_are_a_set(members, put):
    mask = np.zeros(80, dtype=np.bool_)
    mask[list(members)] = True
    bits, wanted = ItemBits(mask), set(members)
    for item, is_in in put:
        bits.put(item, is_in=is_in)
        (wanted.add if is_in else wanted.discard)(item)
    bits.grow(160, are_in=True)
    wanted |= set(range(80, 160))
    assert bits.numbers().tolist() == sorted(wanted)
    assert bits.count == len(wanted)
    assert bits.has(np.arange(160)).tolist() == [item in wanted for item in range(160)]
