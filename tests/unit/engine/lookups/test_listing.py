"""A page of the catalogue: its items, and in how many steps it is found."""

from __future__ import annotations

from itertools import chain

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.lookups import listing
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite

ITEMS = 600


def _shop(order: list[int]) -> Engine:
    engine = Engine()
    writes = tuple(ItemWrite(Item(f"i{n:04}", price=float(n))) for n in order)
    engine.apply(Entry(1, writes))
    return engine


@pytest.fixture
def shop() -> Engine:
    """A shop whose items were written in another order than that of their ids."""
    return _shop([(7 * n) % ITEMS for n in range(ITEMS)])


def _parts(shop: Engine, after: str, size: int, text: str = "") -> list[list[str]]:
    parts = shop.lookups.listing(after, size, text)
    return [[item.item_id for item in part] for part in parts]


def test_items_are_listed_by_id_in_pages(shop: Engine) -> None:
    """A page begins after the last id of the one before; deleted items are in none."""
    shop.apply(Entry(2, (ItemDelete("i0002"),)))
    pages = [shop.lookups.list_items(after, 2, "") for after in ("", "i0001", "i0599")]
    assert [[item.item_id for item in page] for page in pages] == [
        ["i0000", "i0001"],
        ["i0003", "i0004"],
        [],
    ]


@pytest.mark.parametrize("text", ["price >= 590", "price >= 200", "price < 3"])
@pytest.mark.parametrize("after", ["", "i0300"])
def test_a_filter_passes_the_same_items_on_each_way(
    shop: Engine, monkeypatch: pytest.MonkeyPatch, text: str, after: str
) -> None:
    """Few of them are sorted, many are found in order: both ways list the same."""
    monkeypatch.setattr(listing, "STEP", 16)
    compare = {">=": float.__ge__, "<": float.__lt__}[text.split()[1]]
    passing = [n for n in range(ITEMS) if compare(float(n), float(text.split()[2]))]
    expected = [f"i{n:04}" for n in passing if f"i{n:04}" > after][:20]
    assert list(chain.from_iterable(_parts(shop, after, 20, text))) == expected


def test_a_step_looks_at_a_bounded_number_of_items(
    shop: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that pass are the last ones: other calls run while they are looked for."""
    monkeypatch.setattr(listing, "STEP", 16)
    assert len(_parts(shop, "", 10, "price >= 450")) >= (450 - 10) // 16  # in order
    assert len(_parts(shop, "", 1, "price >= 590")) == 2  # one step for the few, then the page
    assert len(_parts(shop, "", 20, "price >= 500")) == 100 // 16 + 2


def test_an_item_that_changes_between_two_steps_is_as_its_step_finds_it(
    shop: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later step sees the new state; what an earlier one found stays."""
    monkeypatch.setattr(listing, "STEP", 16)
    steps = shop.lookups.listing("", 405, "price >= 100")
    first = next(part for part in steps if part)
    shop.apply(Entry(2, (ItemWrite(Item("i0500", price=1.0)), ItemDelete("i0501"))))
    later = [item.item_id for item in chain.from_iterable(steps)]
    assert first[0].item_id == "i0100"
    assert "i0502" in later
    assert not {"i0500", "i0501"} & set(later)
