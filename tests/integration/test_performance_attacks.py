"""GetPerformance under attack: odd questions are refused by name, odd orders break no sum."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from headwater import AsyncClient, Event, EventItem, Item, PerformanceQuestion
from headwater.v1 import model_service_pb2 as pb
from headwater.v1 import model_service_pb2_grpc as pb_grpc
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica
from tests.integration.waiting import PATIENCE_S

NOW = datetime.now(UTC)
FIRST, LAST = Timestamp(seconds=-62135596800), Timestamp(seconds=253402300799)
REFUSED = [
    ({"start_time": LAST, "end_time": FIRST}, "start_time"),
    ({"start_time": FIRST, "end_time": FIRST}, "start_time"),
    ({"start_time": Timestamp(seconds=2**60)}, "start_time"),
    ({"end_time": Timestamp(nanos=-1)}, "end_time"),
    ({"start_time": LAST}, "start_time"),
    ({"compare_end_time": LAST}, "compare_start_time"),
    ({"compare_start_time": LAST, "compare_end_time": FIRST}, "compare_start_time"),
    ({"group_by": ["Day"]}, "group_by[0]"),
    ({"group_by": ["day", ""]}, "group_by[1]"),
    ({"group_by": ["day"] * 9}, "group_by"),
    ({"currency_code": "euro"}, "currency_code"),
    ({"currency_code": "eur"}, "currency_code"),
    ({"page_size": -1}, "page_size"),
    ({"page_token": "of nobody"}, "page_token"),
    ({"item_id": "x" * 2_000}, "item_id"),
    ({"placement": "x" * 2_000}, "placement"),
]
ALLOWED = [
    {"start_time": FIRST, "end_time": LAST},
    {"start_time": FIRST, "group_by": ["day", "placement", "policy", "item"]},
    {"start_time": FIRST, "end_time": LAST, "compare_start_time": FIRST, "compare_end_time": LAST},
    {"currency_code": "XXX"},
    {"item_id": "of nobody"},
    {"placement": "", "policy": ""},
    {"group_by": ["day", "day"], "page_size": 10**6},
]


async def asked(stub, **fields) -> pb.GetPerformanceResponse:
    return await stub.GetPerformance(pb.GetPerformanceRequest(**fields), timeout=PATIENCE_S)


async def refused(stub, **fields) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await asked(stub, **fields)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT, fields
    return caught.value.details()


async def check_questions(stub) -> None:
    for fields, name in REFUSED:
        assert name in await refused(stub, **fields), fields
    for fields in ALLOWED:
        for time in (found := await asked(stub, **fields)).start_time, found.end_time:
            assert time.ToDatetime(tzinfo=UTC).year >= 1, fields


async def test_odd_questions_of_an_empty_and_of_a_full_shop(storage: Storage) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        grpc.aio.insecure_channel(listen) as channel,
        AsyncClient(listen) as shop,
    ):
        stub = pb_grpc.ModelServiceStub(channel)
        empty = await asked(stub)
        assert (empty.total_rows, empty.HasField("first_day")) == (0, False)
        assert not empty.total.figures.HasField("click_through")
        await shop.upsert_items([Item(f"i{n}") for n in range(5)])
        before = (await shop.get_model(compute_digest=True)).digest
        for place in ("home", "basket"):
            await shop.feedback(
                [Event("impression", "v1", placement=place, items=[f"i{n}" for n in range(5)])]
            )
        await check_questions(stub)
        first = await asked(stub, group_by=["item"], page_size=2)
        second = await asked(stub, group_by=["item"], page_size=2, page_token=first.next_page_token)
        names = {row.item_id for page in (first, second) for row in page.rows}
        assert (len(names), first.total_rows) == (4, 5)
        for other in ({"group_by": ["day"]}, {"group_by": ["item"], "placement": "home"}):
            said = await refused(stub, **other, page_token=first.next_page_token)
            assert "belongs to another question" in said
        assert before != (digest := (await shop.get_model(compute_digest=True)).digest)
        await asyncio.gather(*(asked(stub, group_by=["item"]) for _ in range(20)))
        assert digest == (await shop.get_model(compute_digest=True)).digest


async def test_odd_orders_leave_sums_that_can_be_read(storage: Storage) -> None:
    items = ["a", "b"]
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as shop,
    ):
        await shop.upsert_items([Item(one) for one in items])
        await shop.feedback([Event("impression", "v1", placement="home", items=items)])
        odd = [
            [EventItem("a", 1, 10, "EUR"), EventItem("a", 1, 10, "EUR")],  # the same item twice
            [EventItem("a", -1, 5, "EUR")],  # a correction
            [EventItem("a", 1, 20, "eur"), EventItem("b", 2, 1_000, "JPY")],  # mixed
            [EventItem("a", 1, 1e12, "EUR")],  # as much as a line may be
            [EventItem("a", 1e6, 1e12, "EUR")],  # and more: without an amount
            [EventItem("a", 1, 0, "EUR")],
            [EventItem("a", 0.1, 0.1, "EUR")],
            [EventItem("b")],  # no price
        ]
        results = await shop.feedback([Event("order", "v1", items=one) for one in odd])
        assert {one.status.value for one in results.results} == {"created"}
        wrong = [
            EventItem("a", 1, float("nan"), "EUR"), EventItem("a", float("inf"), 1, "EUR"),
            EventItem("a", 1, -float("inf"), "EUR"), EventItem("a", 1, 1e13, "EUR"),
            EventItem("a", 2**31, 5, "EUR"), EventItem("a", -3, -5, "EUR"),
            EventItem("a", 0, 5, "EUR"), EventItem("a", 1, 5, "12!"),
        ]  # fmt: skip
        results = await shop.feedback([Event("order", "v1", items=[one]) for one in wrong])
        assert {one.status.value for one in results.results} == {"quarantined"}
        await shop.feedback([Event("return", "v1", items=["a"])])  # lowers nothing
        total = await shop.get_performance()
        euros = 20 - 5 + 20 + 10**12
        expected = {"EUR": euros * 10**6 + 10_000, "JPY": 2_000 * 10**6}
        for figures in (total.total.figures, total.shop):
            found = {one.currency_code: one.amount_micros for one in figures.revenue}
            assert found == expected
            assert figures.orders == len(odd)
        assert total.shop.lines_without_amount == 2
        many = [Event("order", "v1", items=[EventItem("a", 1, 1e12, "EUR")]) for _ in range(12)]
        await shop.feedback(many)  # more than 64 bits of millionths
        for by in ((), ("item",), ("day", "placement")):
            answer = await shop.get_performance(PerformanceQuestion(group_by=by))
            (euro,) = (m for m in answer.total.figures.revenue if m.currency_code == "EUR")
            assert euro.amount == pytest.approx(13e12)
        beyond = PerformanceQuestion(NOW - timedelta(days=146_000), NOW + timedelta(days=146_000))
        assert (await shop.get_performance(beyond)).total.figures == (
            await shop.get_performance()
        ).total.figures
