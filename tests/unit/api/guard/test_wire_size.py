"""What a message takes decoded is bounded before it is decoded."""

from __future__ import annotations

import random

import pytest

from headwater.v1 import catalog_service_pb2, event_pb2, feedback_service_pb2, item_pb2, value_pb2
from headwater.v1 import recommendation_service_pb2 as recommendation
from headwater_server.api.guard.wire_size import DecodedSize
from headwater_server.errors import InvalidRequest

FEEDBACK = DecodedSize(feedback_service_pb2.FeedbackRequest.DESCRIPTOR)
UPSERT = DecodedSize(catalog_service_pb2.UpsertItemsRequest.DESCRIPTOR)
RECOMMEND = DecodedSize(recommendation.RecommendRequest.DESCRIPTOR)
LARGEST = 4 * 1024 * 1024


def inside(field: int, data: bytes) -> bytes:
    """Return ``data`` as a field with a length."""
    length, size = b"", len(data)
    while size > 127:
        length, size = length + bytes((size & 127 | 128,)), size >> 7
    return bytes((field << 3 | 2,)) + length + bytes((size,)) + data


def overlong(field: int) -> bytes:
    """Return an empty field whose tag and length take more bytes than they need."""
    return bytes((field << 3 | 2 | 128, 0x80, 0x00, 0x80, 0x00))


@pytest.mark.parametrize(
    ("size", "data"),
    [
        (FEEDBACK, b"\x0a\x00" * 500_000),  # events
        (FEEDBACK, overlong(1) * 500_000),
        (FEEDBACK, inside(1, b"\x32\x00" * 500_000)),  # items of an event
        (FEEDBACK, inside(1, b"\x62\x00" * 500_000)),  # its context
        (FEEDBACK, inside(1, inside(6, b"\x0a\x01x") * 400_000)),  # items with an id each
        (FEEDBACK, b"".join(inside(1, b"\x32\x00" * 1_900) for _ in range(1_000))),
        (UPSERT, b"\x0a\x00" * 500_000),
        (UPSERT, inside(1, inside(1, b"\x1a\x00" * 900_000))),  # categories, empty texts
        (UPSERT, inside(1, inside(2, b"\x0a\x00" * 900_000))),  # paths of a mask
        (RECOMMEND, b"\x2a\x00" * 900_000 + b"\x32\x00" * 900_000),
        (FEEDBACK, b"\x0a\x00" * 500_000 + b"\xff"),  # malformed at its end
        (FEEDBACK, b"\x0b" + b"\x0a\x00" * 500_000),  # inside a group
    ],
)
def test_many_small_parts_are_refused(size: DecodedSize, data: bytes) -> None:
    assert len(data) <= LARGEST + 1_000_000
    with pytest.raises(InvalidRequest, match="more than 16 MiB of memory"):
        size.check(data)


def _event(n: int, items: int) -> event_pb2.Event:
    return event_pb2.Event(
        event_id=f"0189-{n:012}",
        event_type="purchase-complete",
        visitor_id=f"visitor-{n}",
        user_id=f"user-{n}",
        session_id="s",
        items=[
            event_pb2.EventItem(item_id=f"sku-{k}", quantity=1, price=9.9, currency_code="EUR")
            for k in range(items)
        ],
        context={"device": value_pb2.Value(text="phone"), "hour": value_pb2.Value(number=3)},
    )


def test_the_largest_plain_calls_pass() -> None:
    events = [_event(n, items=80) for n in range(1_000)]
    data = feedback_service_pb2.FeedbackRequest(events=events).SerializeToString()
    assert len(data) > LARGEST / 2
    FEEDBACK.check(data)
    features = {f"feature {k}": value_pb2.Value(text="x" * 20) for k in range(60)}
    writes = [
        item_pb2.ItemWrite(item=item_pb2.Item(item_id=f"i{n}", features=features))
        for n in range(1_000)
    ]
    UPSERT.check(catalog_service_pb2.UpsertItemsRequest(writes=writes).SerializeToString())
    ids = ["x" * 128] * 1_000
    RECOMMEND.check(
        recommendation.RecommendRequest(
            visitor_id="v", candidate_item_ids=ids, exclude_item_ids=ids, context_item_ids=ids
        ).SerializeToString()
    )


def test_random_bytes_end_the_count() -> None:
    rng = random.Random(7)
    for _ in range(300):
        FEEDBACK.check(rng.randbytes(rng.choice((2_048, 5_000))))
        FEEDBACK.check(inside(1, rng.randbytes(4_000)))
