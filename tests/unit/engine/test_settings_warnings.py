from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.settings import EngineSettings

ITEMS = (
    Item("lamp", categories=("home",), price=20.0, features=(("brand", "Acme"),)),
    Item("tent", categories=("garden",), price=90.0, features=(("brand", "Brio"),)),
)
NONE: list[str] = []
CASES = [
    ({"kind": "pin", "slot": 1, "item_ids": ["lamp"]}, NONE),
    (
        {"kind": "pin", "slot": 1, "item_ids": ["lamb", "lamp", "x", "y", "z"]},
        ["item_ids: the catalogue does not have lamb, x, y and 1 more"],
    ),
    ({"kind": "boost", "by": 1, "filter": 'brand: ANY("Acme")'}, NONE),
    (
        {"kind": "boost", "by": 1, "filter": 'NOT brnad: ANY("Acme") AND price < 3'},
        ["filter: no item has the field brnad; did you mean brand?"],
    ),
    ({"kind": "bury", "by": 1, "filter": "price > 1000"}, ["filter: no item passes it"]),
    ({"kind": "bury", "by": 1, "filter": 'brand: ANY("acme")'}, ["filter: no item passes it"]),
    ({"kind": "cap", "most": 1, "field": "brand"}, NONE),
    ({"kind": "cap", "most": 1, "field": "colour"}, ["field: no item has the field colour"]),
    ({"kind": "hide", "days": 1, "event_types": ["purchase"]}, NONE),
    (
        {"kind": "hide", "days": 1, "event_types": ["clik"]},
        ["event_types: rewards has no event type clik; did you mean click?"],
    ),
    ({"kind": "diversity", "level": "high"}, NONE),
]


@pytest.mark.parametrize(("rule", "expected"), CASES, ids=lambda case: str(case)[:60])
def test_a_rule_that_fits_nothing_is_named(rule: dict[str, Any], expected: list[str]) -> None:
    engine = Engine(EngineSettings(rules=[{"name": "one", **rule}]))
    engine.apply(Entry(1_000, tuple(map(ItemWrite, ITEMS))))
    before = engine.digest()
    found = list(chain.from_iterable(engine.lookups.settings_warnings()))
    assert found == [f'rules "one": {text}' for text in expected]
    assert engine.digest() == before


def test_hide_days_of_an_unknown_event_type_is_named() -> None:
    engine = Engine(EngineSettings(hide_days={"view": 1.0, "purchse": 2.0}))
    found = list(chain.from_iterable(engine.lookups.settings_warnings()))
    assert [text.partition(";")[0] for text in found] == [
        "hide_days: rewards has no event type purchse"
    ]


def test_items_that_come_and_go_change_the_version() -> None:
    engine = Engine()
    before = engine.lookups.catalogue_version()
    engine.apply(Entry(1_000, (ItemWrite(ITEMS[0]),)))
    assert engine.lookups.catalogue_version() != before


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("group_id", NONE),
        ("", NONE),
        ("brand", NONE),
        ("brnd", ["group_by: no item has the field brnd; did you mean brand?"]),
    ],
)
def test_variants_by_a_field_that_no_item_has(field, expected):
    engine = Engine(EngineSettings(group_by=field))
    engine.apply(Entry(0, tuple(ItemWrite(item) for item in ITEMS)))
    assert [*chain.from_iterable(engine.lookups.settings_warnings())] == expected
