from __future__ import annotations

import math

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from headwater.v1 import catalog_service_pb2 as pb
from headwater.v1 import item_pb2
from headwater.v1.value_pb2 import Value
from headwater_server.api.translate.catalog import (
    get_item_request,
    get_item_response,
    upsert_items_request,
    upsert_items_response,
)
from headwater_server.api.translate.items import FIELDS, item_message
from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.messages.events import Outcome, Status
from headwater_server.errors import InvalidRequest, NotFound
from headwater_server.replica.answers import WriteAnswer

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
items = st.builds(
    Item,
    item_id=texts,
    title=st.just("") | texts,
    categories=st.lists(texts, max_size=3).map(tuple),
    price=st.none() | st.floats(0, 1e12),
    currency_code=st.sampled_from(["", "EUR", "JPY"]),
    available=st.booleans(),
    tags=st.lists(texts, max_size=3).map(tuple),
    features=st.dictionaries(texts, texts | st.floats(-1e12, 1e12), max_size=3).map(
        lambda values: tuple(sorted(values.items()))
    ),
    publish_time_ms=st.integers(0, 4_000_000_000_000),
    expire_time_ms=st.integers(0, 4_000_000_000_000),
)


def request(**write: object) -> pb.UpsertItemsRequest:
    return pb.UpsertItemsRequest(writes=[item_pb2.ItemWrite(**write)])


@given(items)
def test_an_item_makes_the_round_trip(item) -> None:
    (write,) = upsert_items_request(request(item=item_message(item)))
    assert write == ItemWrite(item)


def test_mask_and_set_time_arrive_in_the_engines_words() -> None:
    mask = FieldMask(paths=["price", "expire_time"])
    message = request(
        item=item_pb2.Item(item_id="a", price=3),
        update_mask=mask,
        set_time=Timestamp(seconds=2, nanos=500_000_000),
    )
    (write,) = upsert_items_request(message)
    assert (write.fields, write.set_time_ms) == (("price", "expire_time_ms"), 2500)


def test_the_mask_knows_every_field_of_both_sides() -> None:
    assert set(FIELDS) == {f.name for f in item_pb2.Item.DESCRIPTOR.fields} - {"item_id"}
    assert set(FIELDS.values()) == set(Item.__dataclass_fields__) - {"item_id"}


def test_an_expiry_in_1970_is_not_never() -> None:
    (write,) = upsert_items_request(
        request(item=item_pb2.Item(item_id="a", expire_time=Timestamp()))
    )
    assert write.item.expire_time_ms == 1


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"item_id": ""}, "item_id"),
        ({"item_id": "i" * 129}, "item_id"),
        ({"title": "t" * 1025}, "title"),
        ({"categories": ["c"] * 101}, "categories"),
        ({"categories": ["c", "c" * 257]}, "categories[1]"),
        ({"tags": [""]}, "tags[0]"),
        ({"price": -0.01}, "price"),
        ({"price": math.nan}, "price"),
        ({"price": math.inf}, "price"),
        ({"price": 1e13}, "price"),
        ({"currency_code": "eur"}, "currency_code"),
        ({"currency_code": "EURO"}, "currency_code"),
        ({"features": {"x": Value(number=math.inf)}}, 'features["x"].number'),
        ({"features": {"x": Value(text="t" * 1025)}}, 'features["x"].text'),
        ({"features": {"x": Value()}}, 'features["x"]'),
        ({"features": {str(n): Value(number=n) for n in range(101)}}, "features"),
        ({"publish_time": Timestamp(nanos=-1)}, "publish_time"),
        ({"expire_time": Timestamp(seconds=2**62)}, "expire_time"),
    ],
)
def test_a_bad_item_names_its_field(item, field) -> None:
    with pytest.raises(InvalidRequest) as caught:
        list(upsert_items_request(request(item=item_pb2.Item(**({"item_id": "a"} | item)))))
    assert caught.value.field == f"writes[0].item.{field}"


@pytest.mark.parametrize(
    ("write", "field"),
    [
        ({}, "writes[0].item.item_id"),
        ({"update_mask": FieldMask(paths=["colour"])}, "writes[0].update_mask"),
        ({"update_mask": FieldMask(paths=["item_id"])}, "writes[0].update_mask"),
        ({"set_time": Timestamp(seconds=2**62)}, "writes[0].set_time"),
        ({"set_time": Timestamp(seconds=2_903_212_800)}, "writes[0].set_time"),  # 2062
    ],
)
def test_a_bad_write_names_its_field(write, field) -> None:
    item = {"item": item_pb2.Item(item_id="a")} if write else {}
    with pytest.raises(InvalidRequest) as caught:
        list(upsert_items_request(request(**item, **write)))
    assert caught.value.field == field


@pytest.mark.parametrize("count", [0, 1001])
def test_a_call_has_1_to_1000_writes(count) -> None:
    write = item_pb2.ItemWrite(item=item_pb2.Item(item_id="a"))
    with pytest.raises(InvalidRequest) as caught:
        list(upsert_items_request(pb.UpsertItemsRequest(writes=[write] * count)))
    assert caught.value.field == "writes"


def test_what_became_of_each_write_goes_out_in_order() -> None:
    writes = [ItemWrite(Item(str(n))) for n in range(3)]
    outcomes = [Outcome(Status.CREATED), Outcome(Status.EXISTS), Outcome(Status.QUARANTINED, "why")]
    message = upsert_items_response(writes, WriteAnswer(outcomes, "9-0"))
    assert [result.item_id for result in message.results] == ["0", "1", "2"]
    assert [result.status for result in message.results] == [
        item_pb2.WRITE_STATUS_APPLIED,
        item_pb2.WRITE_STATUS_OUTDATED,
        item_pb2.WRITE_STATUS_REFUSED,
    ]
    assert (message.results[2].detail, message.offset) == ("why", "9-0")


def test_an_item_is_asked_for_by_its_id() -> None:
    assert get_item_request(pb.GetItemRequest(item_id="a")) == "a"
    with pytest.raises(InvalidRequest):
        get_item_request(pb.GetItemRequest())
    with pytest.raises(NotFound):
        get_item_response("a", None)
