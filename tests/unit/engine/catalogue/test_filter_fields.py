"""Filters over every field of an item, whatever its name, and over branches of categories."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.filters import BadFilterError, parse
from headwater_server.engine.lookups.shortfall_notes import filter_notes
from headwater_server.engine.messages.entries import Item

DAY_MS = 86_400_000
SHOP = (
    Item("a", "Trail shoe", ("shoes > running",), 10.0, "EUR", publish_time_ms=10 * DAY_MS),
    Item("b", "Boot", ("shoes",), 15.0, "JPY", expire_time_ms=20 * DAY_MS, group_id="boot"),
    Item("c", "Shoe laces", ("shoestrings", "care>laces"), features=(("brand name", "Acme"),)),
    Item("d", image_uri="/d.jpg", uri="https://shop.example/d", features=(("цвет", "red"),)),
    Item("e", features=(("title", "Dr."), ("price", "cheap"), ("path", "x>y > z"), ("n", 2.0))),
)


def passing(text, items=SHOP):
    """Return the ids of the items that pass, found by the columns and for each item alone."""
    columns, filled = Columns(), Columns()
    for number, item in enumerate(items):
        columns.put(number, item)
    filled.fill(enumerate(items))
    found = parse(text).mask(columns)[: len(items)].tolist()
    assert found == parse(text).mask(filled)[: len(items)].tolist()
    assert found == [parse(text).passes(columns.values(n)) for n in range(len(items))]
    return "".join(item.item_id for item, passes in zip(items, found, strict=True) if passes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('price < 20 AND currency_code: ANY("EUR")', "a"),
        ('currency_code: ANY("EUR", "JPY")', "ab"),
        ('item_id: ANY("b", "nobody")', "b"),
        ('NOT item_id: ANY("b")', "acde"),
        ('title: ANY("Boot")', "b"),
        ('title = "Trail shoe"', "a"),
        ('title != "Trail shoe"', "bc"),
        ('group_id: ANY("boot")', "b"),
        ('image_uri: ANY("/d.jpg")', "d"),
        ('uri = "https://shop.example/d"', "d"),
        ('publish_time >= "1970-01-11T00:00:00Z"', "a"),
        ('publish_time > "1970-01-11T02:00:00+02:00"', ""),
        ('publish_time < "1970-01-12"', "a"),
        ('expire_time = "1970-01-21T00:00:00.000Z"', "b"),
        ('expire_time != "1970-01-21"', ""),
        ('NOT expire_time <= "1970-01-21"', "acde"),
        ('categories: ANY("shoes")', "ab"),
        ('categories: UNDER("shoes")', "ab"),
        ('categories = "shoes"', "b"),
        ('categories != "shoes"', "ac"),
        ('categories: ANY("shoes>running")', "a"),
        ('categories = "shoes  >running"', "a"),
        ('categories: ANY("shoes > run")', ""),
        ('categories: ANY("care")', "c"),
        ('categories: ANY("care > laces")', "c"),
        ('path: ANY("x")', ""),
        ('path: UNDER("x")', "e"),
        ('path: UNDER("x > y")', "e"),
        ('path: ANY("x > y > z")', "e"),
        ('"brand name": ANY("Acme")', "c"),
        ('"brand name" = "Acme"', "c"),
        ('"цвет": ANY("red")', "d"),
        ('цвет: ANY("red")', "d"),
        ('features.title: ANY("Dr.")', "e"),
        ('features.price: ANY("cheap")', "e"),
        ("features.n >= 2", "e"),
        ('"available" = true AND "n" < 3', "e"),
        ('currency_code: ANY("eur")', ""),
    ],
)
def test_every_field_can_be_asked_for(text, expected):
    """Texts are compared exactly; times as times; categories with all that is below them."""
    assert passing(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("publish_time < 5", 16, "compared with a time"),
        ('publish_time < "yesterday"', 16, "a time was expected"),
        ('publish_time < "2026-13-01"', 16, "a time was expected"),
        ('publish_time: ANY("2026-12-01")', 19, "compared with a time"),
        ('price: ANY("20")', 12, "compared with a number"),
        ('tags: ANY("a") AND price = "20"', 28, "compared with a number"),
        ('brand < "Acme"', 9, "has no order of texts"),
        ('brand: ANY("Acme)', 12, "no closing"),
        ('brand: LIKE("Acme")', 8, "ANY"),
        ('brand name: ANY("Acme")', 7, "was expected"),
        ("(" * 102 + "a > 1 AND b > 2" + ")" * 102, None, ""),
        (" AND ".join(f"n{n} > 1" for n in range(33)), 33 * 12 - 61, "32"),
        ("a: ANY(" + ", ".join(f'"{n}"' for n in range(501)) + ")", 1, "500"),
    ],
)
def test_an_error_names_the_place_and_the_fix(text, position, problem):
    """The position counts from 1; parentheses alone are no depth."""
    if position is None:
        assert parse(text)
        return
    with pytest.raises(BadFilterError, match=problem) as caught:
        parse(text)
    if problem != "32":
        assert caught.value.position == position
    else:
        assert text[caught.value.position - 1 :] == "n32 > 1"


def test_what_no_item_has_is_said():
    """A name with a slip is answered with the nearest one, and kinds are compared."""
    columns = Columns()
    columns.fill(enumerate(SHOP))
    notes = list(filter_notes('"brand nam": ANY("x") OR n: ANY("x") OR "brand name" > 1', columns))
    assert notes == [
        "no item has the field brand nam; did you mean brand name?",
        "the field n has numbers, and the filter compares it with a text",
        "the field brand name has texts, and the filter compares it with a number",
    ]
    assert list(filter_notes('title: ANY("x") AND available = true', columns)) == []


names = st.text(min_size=1, max_size=12).filter(
    lambda name: name.strip() and "features." not in name
)
texts = st.text(max_size=12)


def quoted(text):
    """Return the text as a filter has it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(name=names, text=texts, other=texts)
def test_any_name_and_any_text_can_be_written(name, text, other):
    """Quotes, backslashes, marks and letters of any language find the item that has them."""
    items = (Item("x", features=((name, text),)), Item("y", features=((name, text + "z"),)))
    field = f"features.{name}" if name in json.dumps([*Item.__dataclass_fields__]) else name
    assert passing(f"{quoted(field)} = {quoted(text)}", items) == "x"
    assert "x" in passing(f"{quoted(field)}: ANY({quoted(other)}, {quoted(text)})", items)


@given(parts=st.lists(st.sampled_from(["a", " b", "ab c "]), min_size=1), data=st.data())
def test_a_branch_has_what_begins_with_it(parts, data):
    """With any spaces around the marks, each beginning of a path finds it, and no other text."""
    path = ">".join(parts) if len(parts) > 1 else parts[0].strip()
    items = (Item("x", categories=(path,)), Item("y", categories=("other",)))
    steps = [step.strip() for step in path.split(">")]
    end = data.draw(st.integers(1, len(steps)))
    spaced = data.draw(st.sampled_from([" > ", ">", "  >"])).join(steps[:end])
    assert passing(f"categories: ANY({quoted(spaced)})", items) == "x"
    assert passing(f"categories: ANY({quoted(spaced + 'c')})", items) == ""


def test_items_that_only_events_name_have_an_id():
    """A filter on ids finds them, before and after more items come."""
    from headwater_server.engine.engine import Engine
    from headwater_server.engine.messages.entries import Entry, ItemWrite
    from headwater_server.engine.messages.events import Event, EventItem
    from headwater_server.engine.messages.requests import RecommendRequest

    engine = Engine()
    for n, name in enumerate(("tent", "lamp", "rope")):
        click = Event(f"e{n}", "click", f"v{n}", items=(EventItem(name),))
        engine.apply(Entry(1_000 + n, (click,)))
        ask = RecommendRequest("bob", "r", filter='item_id: ANY("lamp", "new")')
        found = [one.item_id for one in engine.recommend(ask, 2_000).results]
        assert found == (["lamp"] if n else [])
    engine.apply(Entry(3_000, (ItemWrite(Item("new")),)))
    found = [one.item_id for one in engine.recommend(ask, 4_000).results]
    assert sorted(found) == ["lamp", "new"]
    assert np.flatnonzero(parse('item_id: ANY("rope")').mask(engine.parts.catalogue.columns)).size
