"""Filters say what they mean, and where they stop making sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.filters import BadFilterError, parse
from headwater_server.engine.messages.entries import Item

SHOP = (
    Item("0", categories=("tea",), price=3.0, tags=("new",), features=(("brand", "Acme"),)),
    Item("1", categories=("tea", "gift"), price=30.0, features=(("grams", 250.0),)),
    Item("2", categories=("cup",), available=False, features=(("brand", 'say "so"'),)),
    Item("3"),
)


def passing(text, items=SHOP):
    """Return the numbers of the items that pass."""
    columns = Columns()
    for number, item in enumerate(items):
        columns.put(number, item)
    return {n for n in range(len(items)) if parse(text).mask(columns)[n]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('categories: ANY("tea")', {0, 1}),
        ('categories: ANY("cup", "gift")', {1, 2}),
        ('categories:ANY("tea") AND NOT categories:ANY("gift")', {0}),
        ("price < 10", {0}),
        ("price <= 3 OR price >= 30", {0, 1}),
        ("price != 3", {1}),
        ("NOT price < 10", {1, 2, 3}),
        ("available = true", {0, 1, 3}),
        ("available != true", {2}),
        ('brand: ANY("Acme")', {0}),
        ('brand: ANY("say \\"so\\"")', {2}),
        ("grams = 2.5e2", {1}),
        ('tags: ANY("new") OR categories: ANY("cup") AND price > 100', {0}),
        ('(tags: ANY("new") OR categories: ANY("cup")) AND price > 100', set()),
        ("nothing > 0", set()),
        ("nothing != true", set()),
        ('nothing: ANY("x")', set()),
    ],
)
def test_it_passes_what_it_says(text, expected):
    """AND binds stronger than OR; an item without a field fails its conditions."""
    assert passing(text) == expected


@pytest.mark.parametrize(
    ("text", "position"),
    [("price <", 8), ("price < < 3", 9), ("(price < 3", 11), ("price < 3)", 10), ("AND", 1),
     ("tags: ANY()", 11), ("tags: SOME('x')", 7), ("", 1), ("price < 3 price > 1", 11)],
)  # fmt: skip
def test_what_does_not_parse_is_named_with_its_position(text, position):
    """The position counts from 1 and is where the text stops making sense."""
    with pytest.raises(BadFilterError) as caught:
        parse(text)
    assert caught.value.position == position


@given(text=st.text(max_size=80) | st.text(alphabet='()<>=!":, ANDORTcategories123.', max_size=60))
def test_whatever_is_typed_parses_or_is_explained(text):
    """No text raises anything but the filter's own error."""
    try:
        parse(text)
    except BadFilterError as error:
        assert 1 <= error.position <= len(text) + 1  # noqa: PT017 - most texts do not parse


def test_nesting_has_a_limit():
    """A filter that would exhaust the stack is refused."""
    with pytest.raises(BadFilterError, match="nested"):
        parse("NOT " * 500 + "price < 3")


def test_a_change_of_the_item_is_seen():
    """What was put before is forgotten, whichever field it stood in."""
    columns = Columns()
    columns.put(0, SHOP[0])
    before = columns.version
    columns.put(0, Item("0", categories=("cup",)))
    assert columns.version > before
    assert not parse('categories: ANY("tea") OR price > 0 OR tags: ANY("new")').mask(columns)[0]
    columns.drop(0)
    assert not parse('categories: ANY("cup") OR available = true').mask(columns)[0]
