"""Act rates of items by placement, through the API, in statistics and in explained lists."""

from __future__ import annotations

import grpc
import pytest

import headwater
from headwater.v1 import model_service_pb2 as pb
from headwater.v1 import model_service_pb2_grpc
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.replica import Replica
from headwater_server.storage.storage import Storage
from tests.integration.api_server import channel_to, serving
from tests.integration.replicas import running_replica
from tests.integration.waiting import PATIENCE_S

ITEMS = [f"item-{n}" for n in range(12)]
VISITS = 40
QUICK = EngineSettings(attribution_window_minutes=1e-5)  # 0.6 ms: each call closes those before


async def shown_and_acted_on(replica: Replica) -> None:
    """Show all items to each visitor at two placements; the n-th act is on every n-th list."""
    await replica.upsert_items([ItemWrite(Item(name)) for name in ITEMS], PATIENCE_S)
    for n in range(VISITS):
        for placement in ("home", "product"):
            visitor = f"{placement}{n}"
            seen = tuple(map(EventItem, ITEMS))
            events = [Event(f"i{visitor}", "impression", visitor, items=seen, placement=placement)]
            if placement == "home":
                events += [
                    Event(f"a{visitor}-{item}", "click", visitor, items=(EventItem(ITEMS[item]),))
                    for item in range(1, len(ITEMS))
                    if n % item == 0
                ]
            await replica.feedback([(event, "") for event in events], PATIENCE_S)
    await replica.upsert_items([ItemWrite(Item("last"))], PATIENCE_S)  # moves the clock


@pytest.fixture
async def replica(storage: Storage):
    async with running_replica(storage, engine_type=Engine, engine_settings=QUICK) as running:
        await shown_and_acted_on(running)
        yield running


async def test_an_item_has_its_rate_at_each_placement(replica: Replica) -> None:
    before = (await replica.model(compute_digest=True)).digest
    order = headwater.ItemOrder.PROBABILITY_BEST
    async with serving(replica) as listen, headwater.AsyncClient(listen) as shop:
        found = [one async for one in shop.list_item_statistics(order=order, placement="home")]
        elsewhere = [one async for one in shop.list_item_statistics(order=order, placement="none")]
    assert [one.item_id for one in found[:2]] == ["item-1", "item-2"]
    assert found[-1].act_rates == ()
    home, product = found[0].act_rates
    assert (home.placement, product.placement) == ("home", "product")
    assert home.seen == pytest.approx(VISITS, rel=0.05)
    assert home.acts == pytest.approx(VISITS, rel=0.05)
    assert (product.seen, product.acts) == (pytest.approx(VISITS, rel=0.05), 0.0)
    for rate in (home, product):
        assert 0.0 <= rate.low <= rate.mean <= rate.high <= 1.0
    assert home.low > 0.8
    assert home.probability_best == pytest.approx(1.0, abs=0.01)
    assert sum(one.act_rates[0].probability_best for one in found[:-1]) == pytest.approx(1.0)
    assert len(elsewhere) == len(found)
    assert (await replica.model(compute_digest=True)).digest == before


async def test_an_explained_list_has_the_rates_of_its_placement(replica: Replica) -> None:
    async with serving(replica) as listen, headwater.AsyncClient(listen) as shop:
        explained = await shop.recommend("new", placement="home", page_size=12, explain=True)
        plain = await shop.recommend("new", placement="home", page_size=12)
    rates = {result.item_id: result.act_rate for result in explained.results}
    assert rates["item-1"].mean > 0.9
    assert rates["item-1"].probability_best is None
    assert rates["item-11"].mean < 0.3
    assert all(result.act_rate is None for result in plain.results)


async def test_a_placement_that_is_too_long_is_refused(replica: Replica) -> None:
    async with channel_to(replica) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.ListItemStatistics(pb.ListItemStatisticsRequest(placement="x" * 129))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "placement" in refused.value.details()
