"""What the shop says of its items."""

import numpy as np

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.catalogue.content_tokens import content_tokens
from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.snapshot.capture import at_once
from headwater_server.engine.snapshot.state import unflatten


def shown(catalogue, number, now_ms):
    """Whether one item may be shown."""
    return bool(catalogue.shown(np.array([number]), now_ms)[0])


def evict(catalogue, count):
    """Remove the longest inactive items; return their numbers."""
    gone = catalogue.to_evict(count)
    for _ in catalogue.evicting(gone):
        pass
    return gone


def _write(catalogue, item, fields=(), set_time_ms=None, now_ms=0):
    number = catalogue.enter(item.item_id)
    return catalogue.write(number, ItemWrite(item, fields, set_time_ms), now_ms)


def test_an_older_write_never_beats_a_newer_one_field_by_field():
    """Price set at 20 stands against a whole item of 10; its title, unset, is taken."""
    catalogue = Catalogue(100)
    _write(catalogue, Item("a", price=2.0), ("price",), set_time_ms=20)
    assert _write(catalogue, Item("a", title="Lamp", price=9.0), (), set_time_ms=10)
    assert catalogue.get("a") == Item("a", title="Lamp", price=2.0)
    assert not _write(catalogue, Item("a", title="Old"), ("title",), set_time_ms=5)


def test_a_first_write_is_taken_however_long_ago_it_was_made():
    """A set_time before 1970 is older than nothing."""
    catalogue = Catalogue(100)
    assert _write(catalogue, Item("a", title="Lamp"), set_time_ms=-10_000)
    assert catalogue.get("a") == Item("a", title="Lamp")


def test_items_may_be_shown_within_their_time_and_stock():
    """Availability, publish time and expiry each decide at once."""
    catalogue = Catalogue(100)
    _write(catalogue, Item("a", publish_time_ms=10, expire_time_ms=20))
    number = catalogue.number("a")
    assert [shown(catalogue, number, t) for t in (9, 10, 19, 20)] == [False, True, True, False]
    _write(catalogue, Item("a", available=False), ("available",))
    assert not shown(catalogue, number, 15)


def test_asking_for_an_item_does_not_make_one():
    """Reading an unknown id leaves the catalogue as it was."""
    catalogue = Catalogue(100)
    assert catalogue.get("nothing") is None
    assert catalogue.number("nothing") is None
    assert len(catalogue) == 0


def test_the_longest_inactive_make_room():
    """Evicted numbers are given to newcomers, and nothing of the old item is left."""
    catalogue = Catalogue(64)
    for n in range(64):
        _write(catalogue, Item(f"i{n}", title=f"t{n}", available=False))
        catalogue.delete(n, 1)
    catalogue.enter("i0")
    gone = evict(catalogue, 1)
    assert gone.tolist() == [1]
    number = catalogue.enter("fresh")
    assert number == 1
    assert catalogue.get("fresh") is None
    assert catalogue.get("i1") is None
    assert shown(catalogue, number, 0)


def test_survives_a_restart():
    """A copy of the state answers as the original, order of activity included."""
    catalogue = Catalogue(3)
    for n in range(3):
        _write(catalogue, Item(f"i{n}", tags=("x", "y"), features=(("size", 2.0),)), now_ms=n)
    for name in ("a", "b", "i0", "a"):
        catalogue.enter(name)
    again = Catalogue(3)
    again.load(unflatten(at_once(catalogue.state)))
    assert again.get("i2") == catalogue.get("i2")
    assert (again.described, again.event_items) == (3, 2)
    assert evict(again, 1).tolist() == evict(catalogue, 1).tolist() == [4]
    assert evict(again, 9).tolist() == evict(catalogue, 9).tolist() == [3]


def test_tokens_say_where_a_word_comes_from():
    """Numbers say nothing; texts are split, categories and tags are kept whole."""
    item = Item(
        "a",
        title="Blue Lamp",
        categories=("Home & Garden",),
        features=(("brand", "Acme"), ("w", 3.0)),
    )
    assert list(content_tokens(item)) == [
        "categories:home & garden",
        "title:blue",
        "title:lamp",
        "brand:acme",
    ]


def test_a_deleted_item_is_gone_until_it_is_written_again():
    """A delete beats older writes and loses to newer ones; a new item begins with defaults."""
    catalogue = Catalogue(100)
    _write(catalogue, Item("a", title="Lamp", price=2.0), set_time_ms=10)
    number = catalogue.number("a")
    assert not catalogue.delete(number, 9)
    assert catalogue.delete(number, 11)
    assert catalogue.get("a") is None
    assert not shown(catalogue, number, 0)
    assert not _write(catalogue, Item("a", title="Old"), set_time_ms=10)
    assert not shown(catalogue, number, 0)
    assert _write(catalogue, Item("a", title="New"), ("title",), set_time_ms=12)
    assert catalogue.get("a") == Item("a", title="New")
    assert shown(catalogue, number, 0)
