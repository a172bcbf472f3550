"""A value that no request can carry: the error names its field, what it is, and what to write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from headwater import Client, Event, EventItem, FieldError, Item, Rule, User
from headwater.wire.events import feedback_request

Act = Callable[[Any], Any]
HALF = "\ud83d"  # of a character of two; JSON of a browser may hold it

WRONG_LIST: Any = [1]
WRONG_TEXT: Any = 4711
WRONG_TEXTS: Any = "home"


def event(*args: Any, **fields: Any) -> Act:
    return lambda shop: shop.feedback([Event("click", "v", ["a"]), Event(*args, **fields)])


def item(*args: Any, **fields: Any) -> Act:
    return lambda shop: shop.upsert_items([Item(*args, **fields)])


def asked(*args: Any, **fields: Any) -> Act:
    return lambda shop: shop.recommend(*args, **fields)


WRONG: dict[str, tuple[str, Act]] = {
    "a text as items": ("events[1].items is a text: ", event("click", "v", items="boots")),
    "one item as items": (
        "events[1].items is one EventItem: a list is needed",
        event("click", "v", items=EventItem("boots")),
    ),
    "no items": ("events[1].items is None: a list", event("click", "v", items=None)),
    "bytes as items": ("events[1].items[0] is a number", event("click", "v", items=b"boots")),
    "a number as an item": (
        "events[1].items[0] is a number: an EventItem or the item's ID as a text is needed",
        event("click", "v", items=[7]),
    ),
    "a dict as an item": ("events[1].items[1] is a dict: ", event("click", "v", ["a", {"id": 1}])),
    "a number as an item's ID": (
        "events[1].items[0].item_id is a number: a text is needed, as str() makes it",
        event("click", "v", items=[EventItem(WRONG_TEXT)]),
    ),
    "a text as an item's price": (
        "events[1].items[0].price is a text: a number is needed, such as 12.5",
        event("click", "v", items=[EventItem("a", price=WRONG_TEXTS)]),
    ),
    "a number as a visitor": (
        "events[1].visitor_id is a number: a text is needed, as str() makes it",
        event("click", 5, ["a"]),
    ),
    "a number as a type": ("events[1].event_type is a number: ", event(3, "v", ["a"])),
    "a text as a reward": ("events[1].reward is a text", event("click", "v", ["a"], reward="0.5")),
    "half a position": (
        "events[1].position is a number: a whole number is needed, such as 12",
        event("click", "v", ["a"], position=1.5),
    ),
    "a large position": (
        "events[1].position: Value out of range",
        event("click", "v", ["a"], position=2**40),
    ),
    "half a character": (
        "events[1].visitor_id has half a character (a lone surrogate) at place 2: ",
        event("click", f"v{HALF}", ["a"]),
    ),
    "a text as a time": (
        "events[1].event_time is a text: a datetime with a timezone is needed",
        event("click", "v", ["a"], event_time="2026-06-01"),
    ),
    "a day as a time": (
        "events[1].event_time is a date: a datetime",
        event("click", "v", ["a"], event_time=date(2026, 6, 1)),
    ),
    "a text as a context": (
        "events[1].context is a text: ",
        event("click", "v", ["a"], context="x"),
    ),
    "a list in a context": (
        'events[1].context["device"] is a list: a text or a number is needed',
        event("click", "v", ["a"], context={"device": ["phone"]}),
    ),
    "a number as a name": (
        "events[1].context has a name that is a number: ",
        event("click", "v", ["a"], context={1: "x"}),
    ),
    "one event": (
        "events is one Event: a list is needed",
        lambda shop: shop.feedback(Event("a", "v")),
    ),
    "a text as an event": (
        "events[0] is a text: an object of the class Event",
        lambda shop: shop.feedback(["click"]),
    ),
    "a text as categories": ("items[0].categories is a text: ", item("q", categories="shoes")),
    "a text as tags": ("items[0].tags is a text: ", item("q", tags="sale")),
    "a number in tags": (
        "items[0].tags[1] is a number: a text is needed",
        item("q", tags=["a", 7]),
    ),
    "a number as tags": ("items[0].tags is a number: a list of texts is needed", item("q", tags=7)),
    "a number as an ID": ("items[0].item_id is a number: a text is needed", item(17)),
    "a text as a price": ("items[0].price is a text: a number", item("q", price="12,50")),
    "a text for yes": (
        "items[0].available is a text: True or False is needed",
        item("q", available="yes"),
    ),
    "a list as a feature": ('items[0].features["a"] is a list', item("q", features={"a": [1]})),
    "half a character in a feature": (
        'items[0].features["a"] has half a character',
        item("q", features={"a": HALF}),
    ),
    "half a character in a name": (
        "items[0].features has a name with half a character",
        item("q", features={HALF: "a"}),
    ),
    "a huge number": ('items[0].features["a"]: ', item("q", features={"a": 10**400})),
    "one item": ("items is one Item: a list is needed", lambda shop: shop.upsert_items(Item("a"))),
    "a text as fields": (
        "fields is a text: a list",
        lambda shop: shop.upsert_items([Item("a")], fields="price"),
    ),
    "numbers to delete": ("item_ids[0] is a number", lambda shop: shop.delete_items([7])),
    "one number to delete": ("item_ids is a number: ", lambda shop: shop.delete_items(7)),
    "a number to get": ("item_id is a number", lambda shop: shop.get_item(7)),
    "a filter of items": ("filter is a number", lambda shop: list(shop.list_items(filter=3))),
    "one user": ("users is one User: ", lambda shop: shop.upsert_users(User("u"))),
    "a number as a user": (
        "users[0].user_id is a number",
        lambda shop: shop.upsert_users([User(WRONG_TEXT)]),
    ),
    "a feature of a user": (
        'users[0].features["a"] is a list',
        lambda shop: shop.upsert_users([User("u", {"a": WRONG_LIST})]),
    ),
    "a text as names": (
        "features is a text: a list",
        lambda shop: shop.upsert_users([User("u")], features="age"),
    ),
    "a profile": ("user_id is a number", lambda shop: shop.get_user(7)),
    "a search": ("query is a number", lambda shop: list(shop.list_visitors(query=7))),
    "an erasure": ("visitor_id is a number", lambda shop: shop.erase_user(visitor_id=7)),
    "a logout": ("visitor_id is a number", lambda shop: shop.unlink_visitor(7)),
    "a question": ("visitor_id is a number: a text", asked(5)),
    "a size": ("page_size is a text: a whole number", asked("v", page_size="3")),
    "a number in a list": (
        "exclude_item_ids[1] is a number",
        asked("v", exclude_item_ids=["a", 7]),
    ),
    "a level": ("diversity is a number: a text", asked("v", diversity=3)),
    "an objective": ("objective is a number: a text", asked("v", objective=3)),
    "the context of a question": ('context["a"] is a tuple: ', asked("v", context={"a": (1,)})),
    "a similar item": ("item_ids[0] is a number", lambda shop: shop.list_similar_items([7])),
    "a category": ("category is a number", lambda shop: shop.list_trending_items(category=7)),
    "placements of a rule": (
        "placements is a text: a list",
        lambda shop: shop.upsert_rule(
            Rule(kind="bury", name="r", placements=WRONG_TEXTS), reason="x"
        ),
    ),
}


@pytest.mark.parametrize(("message", "act"), WRONG.values(), ids=WRONG)
def test_it_names_the_field_and_the_fix_before_anything_is_sent(message: str, act: Act) -> None:
    with Client("127.0.0.1:1") as shop, pytest.raises(FieldError) as found:
        act(shop)
    assert str(found.value).startswith(message)
    assert isinstance(found.value, TypeError)
    assert isinstance(found.value, ValueError)


def test_it_never_quotes_the_value() -> None:
    with pytest.raises(FieldError) as found:
        feedback_request([Event("click", WRONG_TEXT, ["a"])])
    assert "4711" not in str(found.value)


def test_an_error_of_the_callers_own_generator_is_raised_as_it_is() -> None:
    def broken() -> Any:
        yield Event("click", "v", ["a"])
        raise ValueError("the shop's own")

    with pytest.raises(ValueError, match=r"^the shop's own$"):
        feedback_request(broken())
