from __future__ import annotations

from contextlib import suppress

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from headwater.v1 import catalog_service_pb2 as pb
from headwater_server.api.translate.catalog import (
    delete_items_request,
    delete_items_response,
    list_items_request,
    list_items_response,
)
from headwater_server.api.translate.pages import after_item_id, page_token
from headwater_server.engine.messages.entries import Item, ItemDelete
from headwater_server.engine.messages.events import Outcome, Status
from headwater_server.errors import InvalidRequest
from headwater_server.replica.answers import WriteAnswer

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=32)


@given(ids)
def test_a_token_makes_the_round_trip(item_id) -> None:
    assert after_item_id(page_token(item_id)) == item_id


@given(st.text() | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_a_token_of_ours_or_refused_by_name(token) -> None:
    with suppress(InvalidRequest):
        assert len(after_item_id(token).encode()) <= 128


@pytest.mark.parametrize("token", ["x", "_w", "page 2", page_token("i" * 129), "é"])
def test_a_malformed_token_is_refused(token) -> None:
    with pytest.raises(InvalidRequest) as caught:
        list_items_request(pb.ListItemsRequest(page_token=token))
    assert caught.value.field == "page_token"


@pytest.mark.parametrize(("asked", "given"), [(0, 50), (7, 7), (1000, 1000), (1001, 1000)])
def test_a_page_has_50_items_by_default_and_never_more_than_1000(asked, given) -> None:
    request = pb.ListItemsRequest(page_size=asked, filter="price < 3")
    assert list_items_request(request) == ("", given, "price < 3")


def test_the_last_page_has_no_token() -> None:
    items = [Item(name) for name in "abc"]
    more, last = list_items_response(items, 2), list_items_response(items, 3)
    assert [item.item_id for item in more.items] == ["a", "b"]
    assert after_item_id(more.next_page_token) == "b"
    assert len(last.items) == 3
    assert not last.next_page_token
    assert not list_items_response([], 3).next_page_token


def test_items_are_taken_out_by_id_at_the_time_that_is_set() -> None:
    request = pb.DeleteItemsRequest(item_ids=["a", "b"], set_time=Timestamp(seconds=2))
    assert delete_items_request(request) == [ItemDelete("a", 2000), ItemDelete("b", 2000)]
    assert delete_items_request(pb.DeleteItemsRequest(item_ids=["a"])) == [ItemDelete("a", None)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "item_ids"),
        ({"item_ids": ["a"] * 1001}, "item_ids"),
        ({"item_ids": ["a", ""]}, "item_ids[1]"),
        ({"item_ids": ["a"], "set_time": Timestamp(nanos=-1)}, "set_time"),
        ({"item_ids": ["a"], "set_time": Timestamp(seconds=2_903_212_800)}, "set_time"),  # 2062
    ],
)
def test_a_malformed_removal_names_its_field(fields, field) -> None:
    with pytest.raises(InvalidRequest) as caught:
        delete_items_request(pb.DeleteItemsRequest(**fields))
    assert caught.value.field == field


def test_what_became_of_each_removal_goes_out_in_order() -> None:
    outcomes = [Outcome(Status.CREATED), Outcome(Status.EXISTS, "older")]
    deletes = [ItemDelete("a"), ItemDelete("b")]
    message = delete_items_response(deletes, WriteAnswer(outcomes, "9-0"))
    assert [(r.item_id, r.detail) for r in message.results] == [("a", ""), ("b", "older")]
    assert message.offset == "9-0"
