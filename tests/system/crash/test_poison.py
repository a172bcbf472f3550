"""Row 9, what comes in by the API: refused or quarantined with the reason; nothing is changed."""

from __future__ import annotations

import math
from random import Random

import grpc
import pytest

from headwater.v1 import catalog_service_pb2 as catalog_pb
from headwater.v1 import event_pb2, item_pb2, value_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2 as recommendation_pb
from tests.integration.waiting import PATIENCE_S
from tests.system.crash.oracle import judge
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

MEGABYTE = "x" * 1_000_000
FEEDBACK = "/headwater.v1.FeedbackService/Feedback"
RECOMMEND = "/headwater.v1.RecommendationService/Recommend"
UPSERT_ITEMS = "/headwater.v1.CatalogService/UpsertItems"
WILD = (math.nan, math.inf, -math.inf, 1e308, -1e308)
QUARANTINED = event_pb2.EVENT_STATUS_QUARANTINED
CREATED = event_pb2.EVENT_STATUS_CREATED


def event(name: str, **fields: object) -> event_pb2.Event:
    good = {
        "event_type": "purchase",
        "visitor_id": "v",
        "items": [event_pb2.EventItem(item_id="a")],
    }
    return event_pb2.Event(event_id=name, **{**good, **fields})


def features(count: int) -> dict[str, value_pb2.Value]:
    return {f"feature {n}": value_pb2.Value(number=n) for n in range(count)}


def quarantined() -> list[event_pb2.Event]:
    """Events that can be parsed, and that no model may see."""
    item = event_pb2.EventItem
    return [
        *(event(f"value {n}", value=number) for n, number in enumerate(WILD)),
        *(event(f"rating {n}", event_type="rating", value=n) for n in WILD),
        *(event(f"price {n}", items=[item(item_id="a", price=n)]) for n in WILD),
        *(event(f"quantity {n}", items=[item(item_id="a", quantity=n)]) for n in WILD),
        *(event(f"context {n}", context={"k": value_pb2.Value(number=n)}) for n in WILD),
        event(MEGABYTE),
        event("long visitor", visitor_id=MEGABYTE),
        event("long type", event_type=MEGABYTE),
        event("long item", items=[item(item_id=MEGABYTE)]),
        event("long text", context={"k": value_pb2.Value(text=MEGABYTE)}),
        event("long token", attribution_token=MEGABYTE),
        event("features", context=features(10_000)),
        event("items", items=[item(item_id=f"i{n}") for n in range(10_000)]),
        event("no visitor", visitor_id=""),
        event("no item id", items=[item(item_id="")]),
        event("no type", event_type=""),
    ]


def refused() -> list[tuple[str, bytes, set[str]]]:
    """Calls that are wrong as a whole: the method, the bytes, and what may be answered."""
    invalid = {"INVALID_ARGUMENT"}
    unparsed = {"INTERNAL", "INVALID_ARGUMENT", "UNKNOWN"}  # gRPC's own
    bad = b"\xff\xfe\xc3\x28"
    text_event = b"\x0a" + bytes([len(bad)]) + bad
    item = item_pb2.Item
    return [
        (FEEDBACK, b"", invalid),
        (FEEDBACK, pb.FeedbackRequest(events=[event("")]).SerializeToString(), invalid),
        (FEEDBACK, b"\x0a" + bytes([len(text_event)]) + text_event, unparsed),
        (FEEDBACK, b"\x0a\xff\xff\xff\xff\x0f", unparsed),
        (RECOMMEND, b"\x0a" + bytes([len(bad)]) + bad, unparsed),
        (RECOMMEND, b"", invalid),
        *((RECOMMEND, asked.SerializeToString(), invalid) for asked in questions()),
        *(
            (UPSERT_ITEMS, written.SerializeToString(), invalid)
            for written in map(
                upsert,
                [
                    *(item(item_id="a", price=number) for number in WILD),
                    *(item(item_id="a", features={"k": value_pb2.Value(number=n)}) for n in WILD),
                    item(item_id="a", features=features(10_000)),
                    item(item_id=MEGABYTE),
                    item(item_id=""),
                    item(item_id="a", title=MEGABYTE),
                ],
            )
        ),
    ]


def questions() -> list[recommendation_pb.RecommendRequest]:
    ask = recommendation_pb.RecommendRequest
    return [
        ask(visitor_id=MEGABYTE),
        ask(visitor_id="v", context=features(10_000)),
        ask(visitor_id="v", context={"k": value_pb2.Value(number=math.nan)}),
        ask(visitor_id="v", candidate_item_ids=[""]),
        ask(visitor_id="v", filter=MEGABYTE),
    ]


def upsert(item: item_pb2.Item) -> catalog_pb.UpsertItemsRequest:
    return catalog_pb.UpsertItemsRequest(writes=[item_pb2.ItemWrite(item=item)])


async def send(channel: grpc.aio.Channel, *events: event_pb2.Event) -> list[event_pb2.EventResult]:
    method = channel.unary_unary(
        FEEDBACK, pb.FeedbackRequest.SerializeToString, pb.FeedbackResponse.FromString
    )
    return list((await method(pb.FeedbackRequest(events=events), timeout=PATIENCE_S)).results)


@pytest.mark.parametrize("seed", seeds(1))
async def test_poison_leaves_the_state_as_it_was_and_good_events_beside_it_are_learned(
    seed, tmp_path, tally
):
    rng, server = Random(seed), Server(tmp_path / "data")
    poison, calls = quarantined(), refused()
    rng.shuffle(poison)
    rng.shuffle(calls)
    good: list[str] = []
    async with serving(server), grpc.aio.insecure_channel(server.address) as channel:
        assert (await send(channel, event("first")))[0].status == CREATED
        before = await server.model()
        for bad in poison:
            [result] = await send(channel, bad)
            assert (result.status, bool(result.detail)) == (QUARANTINED, True), result.event_id
        for path, sent, allowed in calls:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await channel.unary_unary(path)(sent, timeout=PATIENCE_S)
            assert caught.value.code().name in allowed, (path, sent[:80], caught.value)
        after = await server.model()
        assert (after.offset, after.digest) == (before.offset, before.digest)
        for number, bad in enumerate(poison):
            good.append(f"good {number}")
            sent = [event(good[-1], visitor_id=f"w{number}"), bad]
            rng.shuffle(sent)
            statuses = {result.status for result in await send(channel, *sent)}
            assert statuses == {CREATED, QUARANTINED}
        model = await server.model()
        assert model.counts["events_quarantined"] == len(poison)  # the repeats are not kept again
        assert await server.stop() == 0
    found = await judge(["first", *good], [model], data_dir=tmp_path / "data")
    tally(
        9, seed, faults=2 * len(poison) + len(calls), acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
