"""Rows of an export: an item a row, without the erased, and each format as it is read again."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.messages.entries import Entry, Item, UserErase
from headwater_server.engine.messages.events import Choice, Event, EventItem, Slate
from headwater_server.exporting.columns import EVENTS, ITEMS, LISTS, TABLES
from headwater_server.exporting.erasures import Erasures
from headwater_server.exporting.rows import item_row, rows_of
from headwater_server.exporting.texts import CannotWrite, Csv, JsonLines
from headwater_server.replica.ports.position import Position

BASKET = Event(
    "e1", "purchase-complete", "v1", "ann", "s1", (EventItem("a", 2, 9.5, "EUR"), EventItem("b")),
    28.5, 1_500, "cart", 3, (("device", "phone"), ("depth", 2.0)),
)  # fmt: skip
SLATE = Slate("r1", "listwise", "home", ("a", "b", "c"), (0.5, 0.25, 1.0))
SHOWN = Event("e2", "impression", "v1", items=(EventItem("a"), EventItem("b")), slate=SLATE)


def rows(table: str, *events: object, erasures: Erasures | None = None) -> list:
    entry = Entry(9_000, events)
    return list(rows_of(table, entry, Position("9000-7", 4), erasures or Erasures()))


def test_a_basket_has_a_row_an_item_that_an_import_joins_by_its_order() -> None:
    first, second = rows("events", BASKET)
    assert [row["item_id"] for row in (first, second)] == ["a", "b"]
    assert first["order_id"] == second["order_id"] == first["event_id"] == "e1"
    assert (first["quantity"], first["price"], first["currency_code"]) == (2, 9.5, "EUR")
    assert (first["timestamp"], first["log_time"], first["offset"]) == (1_500, 9_000, "9000-7")
    assert first["context"] == {"device": "phone", "depth": 2.0}
    assert first["reward"] is None
    assert rows("events", replace(BASKET, reward=0.25))[0]["reward"] == 0.25


def test_an_event_without_a_time_has_the_logs_and_one_of_one_item_no_order() -> None:
    (row,) = rows("events", Event("e", "click", "v", items=(EventItem("a"),)))
    assert (row["timestamp"], row["order_id"]) == (9_000, "")
    (bare,) = rows("events", Event("e", "search", "v"))
    assert "item_id" not in bare


def test_a_list_has_a_row_a_slot_and_says_what_was_seen() -> None:
    found = rows("lists", SHOWN, BASKET)
    assert [(r["slot"], r["item_id"], r["propensity"], r["seen"]) for r in found] == [
        (1, "a", 0.5, True), (2, "b", 0.25, True), (3, "c", 1.0, False),
    ]  # fmt: skip
    assert {(r["recommendation_id"], r["policy"], r["placement"]) for r in found} == {
        ("r1", "listwise", "home")
    }


def test_a_report_without_items_says_that_the_whole_list_was_seen() -> None:
    whole = replace(SHOWN, items=())
    assert [row["seen"] for row in rows("lists", whole)] == [True] * 3
    chosen = replace(whole, choice=Choice(0.5))  # the caller's own answer was shown, not the list
    assert [row["seen"] for row in rows("lists", chosen)] == [False] * 3
    named = replace(chosen, items=(EventItem("c"),))
    assert [row["seen"] for row in rows("lists", named)] == [False, False, True]


@pytest.mark.parametrize("table", ["events", "lists"])
def test_what_was_done_before_an_erasure_is_left_out_and_what_came_after_is_not(table) -> None:
    erasures = Erasures()
    erasures.collect(4, Entry(9_000, (SHOWN, UserErase(visitor_ids=("v1",)), SHOWN)))
    kept = rows(table, SHOWN, UserErase(visitor_ids=("v1",)), SHOWN, erasures=erasures)
    assert len(kept) == len(rows(table, SHOWN))
    assert len(erasures) == 1


def test_an_erased_account_takes_its_events_and_not_those_of_its_visitor_without_it() -> None:
    erasures = Erasures()
    erasures.collect(5, Entry(9_000, (UserErase("ann"),)))
    alone = Event("e3", "click", "v1", items=(EventItem("a"),))
    assert [row["event_id"] for row in rows("events", BASKET, alone, erasures=erasures)] == ["e3"]


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_every_column_and_times_in_seconds() -> None:
    form = Csv(EVENTS)
    first, second = read_csv(form.head() + form.rows(rows("events", BASKET)))
    assert list(first) == list(EVENTS)
    assert (first["timestamp"], first["log_time"], first["quantity"]) == ("1.5", "9", "2")
    assert json.loads(first["context"]) == {"device": "phone", "depth": 2.0}
    assert (second["price"], second["currency_code"]) == ("", "")


def test_features_are_columns_in_csv_and_beside_the_columns_in_json() -> None:
    item = Item("i", 'A, "b"\nc', ("x", "y"), 3.0, features=(("brand", "Nord"), ("size", 4.5)))
    form = Csv(ITEMS, ["brand", "size"])
    (row,) = read_csv(form.head() + form.rows([item_row(item)]))
    assert (row["title"], row["categories"], row["brand"], row["size"]) == (
        'A, "b"\nc', "x|y", "Nord", "4.5",
    )  # fmt: skip
    assert (row["available"], row["publish_time"]) == ("true", "")
    plain = json.loads(JsonLines(ITEMS).rows([item_row(item)]))
    assert (plain["brand"], plain["size"]) == ("Nord", 4.5)
    assert "tags" not in plain


@pytest.mark.parametrize("name", ["title", "genres", "item_id"])
def test_a_feature_with_the_name_of_a_column_is_refused_in_words(name) -> None:
    with pytest.raises(CannotWrite, match=f"'{name}' has the name of a column.*Parquet"):
        Csv(ITEMS, [name])
    item = Item("i", features=((name, "x"),))
    with pytest.raises(CannotWrite, match=f"'{name}' has the name of a column.*Parquet"):
        JsonLines(ITEMS).rows([item_row(item)])


def test_a_category_with_the_separator_is_refused_in_words() -> None:
    with pytest.raises(CannotWrite, match=r"categories: 'a\|b' contains"):
        Csv(ITEMS).rows([item_row(Item("i", categories=("a|b",)))])


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")), min_size=1))
def test_any_text_survives_both_formats(texts) -> None:
    events = [Event(f"e{n}", "click", "v", session_id=text) for n, text in enumerate(texts)]
    found = rows("events", *events)
    form = Csv(EVENTS)
    assert [row["session_id"] for row in read_csv(form.head() + form.rows(found))] == texts
    lines = JsonLines(EVENTS).rows(found).split("\n")[:-1]
    assert [json.loads(line).get("session_id", "") for line in lines] == texts


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 10**13))
def test_numbers_and_times_survive_to_the_last_digit(value, time_ms) -> None:
    event = Event("e", "click", "v", value=value, event_time_ms=max(1, time_ms))
    form = Csv(EVENTS)
    (row,) = read_csv(form.head() + form.rows(rows("events", event)))
    assert float(row["value"]) == value
    assert round(1000 * float(row["timestamp"])) == max(1, time_ms)


def test_every_table_of_the_page_is_a_table() -> None:
    assert set(TABLES) == {"events", "items", "users", "lists"}
    assert list(LISTS)[:3] == ["timestamp", "event_id", "recommendation_id"]
