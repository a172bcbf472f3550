"""Messages of every form as events, items and deletes; what cannot be read says why."""

from __future__ import annotations

import base64
import json

import pytest

from headwater.v1 import item_pb2
from headwater_server.engine.messages.entries import Item, ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event
from headwater_server.sources.asked import asked_source
from headwater_server.sources.decoding.decoded import Part
from headwater_server.sources.decoding.decoder import BadSource, decoder_of
from headwater_server.sources.messages import MESSAGE_BYTES_MAX, Message

CLICK = {"eventType": "click", "visitorId": "v1", "items": [{"itemId": "tent"}]}


def decoded(*values: object, key: bytes | None = None, **keys: str) -> list[list[Part]]:
    asked = asked_source("s", {"url": "kafka://k1:9092/t", **keys})
    messages = [
        Message(str(n), 1_700_000_000_000, value if value is None or isinstance(value, bytes)
                else json.dumps(value).encode(), key)
        for n, value in enumerate(values)
    ]  # fmt: skip
    return [list(parts) for parts in decoder_of(asked)(messages)]


def operations(found: list[list[Part]]) -> list[object]:
    return [part.operation for parts in found for part in parts]


def test_an_event_in_our_form_may_come_alone_in_a_list_or_in_a_call() -> None:
    found = decoded(CLICK, [CLICK, CLICK], {"events": [CLICK]})
    assert [len(parts) for parts in found] == [1, 2, 1]
    assert [part.number for part in found[1]] == [0, 1]
    event = found[0][0].operation
    assert isinstance(event, Event)
    assert (event.event_type, event.event_time_ms, event.event_id) == (
        "click", 1_700_000_000_000, ""
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"{", "it is no JSON"),
        (b"\xff\xfe", "it is not text (UTF-8)"),
        (b"7", "it is no JSON object"),
        ({**CLICK, "value": float("nan")}, "it is no JSON"),
        ({**CLICK, "visitorId": "\ud800"}, "half a character"),
        (b"[" * 5_000, "it is no JSON"),
        ({**CLICK, "visitorId": 5}, "visitorId: its value has another type in Event"),
        ({**CLICK, "surprise": "ann@example.org"}, "surprise: Event has no such field"),
        ({**CLICK, "eventTime": "yesterday"}, "eventTime"),
        ([CLICK] * 1_001, "it has 1,001 parts; at most 1,000"),
        (b'"' + b"x" * MESSAGE_BYTES_MAX + b'"', "it has more than 256 KiB"),
        (None, "it is empty"),
    ],
)
def test_one_bad_message_is_no_problem_of_the_others(value: object, said: str) -> None:
    before, bad, after = decoded(CLICK, value, CLICK)
    assert bad[0].operation is None
    assert said in bad[0].reason
    assert "example.org" not in bad[0].reason
    assert "yesterday" not in bad[0].reason
    assert isinstance(before[0].operation, Event)
    assert isinstance(after[0].operation, Event)


def test_items_are_written_as_of_their_message_and_a_tombstone_deletes() -> None:
    mask = {"item": {"itemId": "b", "price": 5}, "updateMask": "price"}
    found = operations(decoded({"itemId": "a", "title": "A"}, mask, {"title": "x"}, kind="items"))
    assert found == [
        ItemWrite(Item("a", "A"), (), 1_700_000_000_000),
        ItemWrite(Item("b", price=5.0), ("price",), 1_700_000_000_000),
        None,
    ]
    assert operations(decoded(None, key=b"a", kind="items")) == [ItemDelete("a", 1_700_000_000_000)]
    assert operations(decoded(None, kind="items")) == [None]
    plain = item_pb2.Item(item_id="p").SerializeToString()
    found = operations(decoded(plain, b"\xff\xff", kind="items", format="protobuf"))
    assert found == [ItemWrite(Item("p"), (), 1_700_000_000_000), None]


COLUMNS = {
    "columns": "visitor_id=who,item_id=what.id,event_type=did,event_time=at,price=what.price",
    "types": "seen=view",
}


def test_any_json_is_mapped_as_a_file_is() -> None:
    act = {"who": "ann", "what": {"id": 7, "price": "9,50"}, "did": "seen", "at": 1_700_000_000}
    found = decoded(act, {**act, "at": None}, {**act, "at": "then"}, "text", [act, 5], **COLUMNS)
    first = found[0][0].operation
    assert isinstance(first, Event)
    assert (first.event_type, first.visitor_id, first.items[0].item_id, first.items[0].price) == (
        "detail-page-view", "ann", "7", 9.5,
    )  # fmt: skip
    assert first.event_time_ms == 1_700_000_000_000
    assert isinstance(found[1][0].operation, Event)
    assert found[2][0].reason.startswith("event_time: its text is no time")
    assert found[3][0].reason == "it is no JSON object"
    assert sorted(part.reason for part in found[4]) == ["", "it is no JSON object"]


def test_a_preset_reads_messages_alone_and_together() -> None:
    act = {
        "type": "track", "event": "Product Viewed", "anonymousId": "ann", "messageId": "m1",
        "timestamp": "2026-11-30T10:00:00Z", "properties": {"product_id": "tent"},
    }  # fmt: skip
    for values in ([act], [act, {**act, "messageId": "m2"}, {"type": "identify"}]):
        event = decoded(*values, preset="segment")[0][0].operation
        assert isinstance(event, Event)
        assert (event.event_id, event.items[0].item_id) == ("m1", "tent")


def test_a_mapping_that_cannot_work_is_refused_at_the_start() -> None:
    with pytest.raises(BadSource, match="columns lack event_type"):
        decoded(columns="visitor_id=who,item_id=what")
    with pytest.raises(BadSource, match=r"sources\.s: preset segmnt: .*segment"):
        decoded(preset="segmnt")


def envelope(op: str, before: object, after: object) -> dict[str, object]:
    return {"op": op, "before": before, "after": after, "source": {"ts_ms": 5_000}, "ts_ms": 6_000}


ROW = {"id": 1, "name": "Boots", "price": "9.50"}
CDC = {"kind": "debezium", "columns": "item_id=id,title=name,price=price"}


def test_changes_of_rows_write_and_delete_items_as_of_the_database() -> None:
    found = operations(
        decoded(envelope("c", None, ROW), envelope("d", ROW, None), None, key=b'{"id": 9}', **CDC)
    )
    fields = ("title", "price", "features")
    assert found[0] == ItemWrite(Item("1", "Boots", price=9.5), fields, 5_000)
    assert found[1:] == [ItemDelete("1", 5_000), ItemDelete("9", 1_700_000_000_000)]
    gone = operations(decoded(envelope("d", ROW, None), on_delete="unavailable", **CDC))
    assert gone == [ItemWrite(Item("1", available=False), ("available",), 5_000)]


def test_a_schema_says_what_numbers_mean() -> None:
    decimal = {
        "field": "price", "type": "bytes", "name": "org.apache.kafka.connect.data.Decimal",
        "parameters": {"scale": "2"},
    }  # fmt: skip
    schema = {"fields": [{"field": "after", "fields": [decimal]}]}
    price = base64.b64encode((950).to_bytes(2, "big")).decode()
    payload = envelope("u", None, {**ROW, "price": price})
    (write,) = operations(decoded({"schema": schema, "payload": payload}, **CDC))
    assert isinstance(write, ItemWrite)
    assert write.item.price == 9.5
    (bare,) = decoded(payload, **CDC)
    assert "price: it has the bytes of a decimal and no schema" in bare[0].reason


def test_a_large_value_that_was_not_sent_again_is_left_as_it_is() -> None:
    row = {**ROW, "name": "__debezium_unavailable_value"}
    (write,) = operations(decoded(envelope("u", None, row), **CDC))
    assert isinstance(write, ItemWrite)
    assert write.fields == ("price",)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"id": 1}, "no envelope of Debezium"),
        (envelope("t", None, None), "truncated"),
        (envelope("u", None, None), "it has no after"),
        (envelope("d", None, None), "names the row"),
        ({"op": 5}, "its op is none of"),
        (b"{", "it is no JSON"),
        (envelope("c", None, {"name": "x"}), "id: empty"),
    ],
)
def test_what_is_no_change_says_why(value: object, said: str) -> None:
    (parts,) = decoded(value, **CDC)
    assert parts[0].operation is None
    assert said in parts[0].reason


def test_messages_of_the_database_itself_are_nothing() -> None:
    assert decoded(envelope("m", None, None), **CDC) == [[]]


@pytest.mark.parametrize(
    ("write", "begins"),
    [
        ({"item": {"itemId": "tent"}, "updateMask": "nope"}, "update_mask names 'nope'; there are"),
        ({"item": {"itemId": "tent", "price": -1}}, "price is below 0"),
    ],
)
def test_a_refused_write_names_the_field_as_it_is_written(write, begins):
    ((refused,),) = decoded(write, kind="items")
    assert refused.reason.startswith(begins)
