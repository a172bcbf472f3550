"""Answers end by bytes, and a request that is too large is not an overload."""

from __future__ import annotations

import asyncio
import math

import pytest
from pydantic import SecretStr

import headwater
from headwater.v1 import model_service_pb2 as model
from headwater.v1 import model_service_pb2_grpc as model_grpc
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.storage.storage import Storage
from tests.integration.api_server import channel_to, serving
from tests.integration.dict_replica import DictReplica
from tests.integration.replicas import running_replica
from tests.integration.waiting import PATIENCE_S

READER, OPERATOR = "key-that-only-reads-it", "key-of-the-operator"


async def test_a_list_of_large_items_goes_on_page_by_page() -> None:
    async with serving(DictReplica()) as listen, headwater.AsyncClient(listen) as shop:
        features = {f"f{n}": "x" * 970 for n in range(7)}
        items = [headwater.Item(f"sku-{n:04}", features=features) for n in range(1_000)]
        for start in range(0, 1_000, 250):
            await shop.upsert_items(items[start : start + 250])
        listed = [item.item_id async for item in shop.list_items(page_size=1_000)]
        assert listed == [item.item_id for item in items]


async def test_large_quarantined_events_are_listed_page_by_page(storage: Storage) -> None:
    def bad(number: int) -> tuple[Event, str]:
        items = tuple(EventItem(f"{n:0120}", quantity=math.nan) for n in range(100))
        return Event(f"e{number:03}", "click", "v", items=items), ""

    async with running_replica(storage) as replica, channel_to(replica) as channel:
        for start in range(0, 300, 50):
            await replica.feedback([bad(n) for n in range(start, start + 50)], PATIENCE_S)
        stub = model_grpc.ModelServiceStub(channel)
        found, token, pages = [], "", 0
        while token or not pages:
            request = model.ListQuarantinedEventsRequest(page_size=500, page_token=token)
            page = await stub.ListQuarantinedEvents(request, timeout=PATIENCE_S)
            found += [one.event_id for one in page.events]
            token, pages = page.next_page_token, pages + 1
        assert found == [f"e{n:03}" for n in reversed(range(300))]
        assert pages > 1


async def test_a_request_that_is_too_large_is_invalid() -> None:
    items = [headwater.Item(f"sku-{n}", title="x" * 1_000) for n in range(1_000)]
    features = {f"f{n}": "x" * 1_000 for n in range(4)}
    items = [headwater.Item(item.item_id, title=item.title, features=features) for item in items]
    async with serving(DictReplica()) as listen, headwater.AsyncClient(listen) as shop:
        with pytest.raises(headwater.InvalidRequestError, match=r"the limit is 4,194,304"):
            await shop.upsert_items(items)


async def test_a_reader_adds_no_mark_to_the_log(storage: Storage) -> None:
    keys = SecretStr(f"{OPERATOR},{READER};scopes=read")
    settings = ApiSettings(keys=keys, stop_grace_s=0)
    async with running_replica(storage) as replica, serving(replica, settings) as listen:
        entries = (await storage.log.head()).sequence
        async with headwater.AsyncClient(listen, key=READER) as reader:
            with pytest.raises(headwater.PermissionDeniedError, match="this key may only read"):
                await reader.get_model(compare_replicas=True)
            assert (await reader.get_model(compute_digest=True)).digest
        assert (await storage.log.head()).sequence == entries
        async with headwater.AsyncClient(listen, key=OPERATOR) as operator:
            assert len((await operator.get_model(compare_replicas=True)).replicas) == 1
            assert (await storage.log.head()).sequence == entries + 1
            asking = (operator.get_model(compare_replicas=True) for _ in range(10))
            assert len({model.offset for model in await asyncio.gather(*asking)}) == 1
        assert (await storage.log.head()).sequence == entries + 2
