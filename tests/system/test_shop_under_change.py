"""A real server is asked while its catalogue changes: no list holds what was gone before."""

from __future__ import annotations

import asyncio
import itertools
import math

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.v1 import catalog_service_pb2 as catalog
from headwater.v1 import item_pb2
from headwater.v1 import recommendation_service_pb2 as recommendation
from headwater.v1.catalog_service_pb2_grpc import CatalogServiceStub
from headwater.v1.recommendation_service_pb2_grpc import RecommendationServiceStub
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.engine.settings import EngineSettings

RULES = EngineSettings()
SIZE = 16
WHOLE = Timestamp(seconds=4_000_000_000)
LONG_AGO = Timestamp(seconds=1_000_000)
CHANGES = {  # what is written, and whether the item is in the lists from then on
    "in stock": ({"available": True, "tags": ["wanted"]}, True),
    "out of stock": ({"available": False, "tags": ["wanted"]}, False),
    "expired": ({"expire_time": LONG_AGO, "tags": ["wanted"]}, False),
    "not yet": ({"publish_time": WHOLE, "tags": ["wanted"]}, False),
    "other tag": ({"tags": ["other"]}, False),
    "deleted": (None, False),
}
PLANS = st.lists(
    st.lists(st.tuples(st.integers(0, SIZE - 1), st.sampled_from(sorted(CHANGES))), max_size=12),
    min_size=2,
    max_size=3,
)
RUNS = itertools.count()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Return (loop runner, stubs) of a real server, in a process of its own."""
    process = ServerProcess(tmp_path_factory.mktemp("shop") / "data")
    with asyncio.Runner() as runner:
        runner.run(process.start())
        channel = runner.run(_channel(process.address))
        yield runner, channel
        runner.run(channel.close())
        runner.run(process.stop())


async def _channel(address):
    return grpc.aio.insecure_channel(address)


class Turmoil:
    """Writers that change items, each one change of one item at a time, and readers meanwhile."""

    def __init__(self, channel):
        self.catalog = CatalogServiceStub(channel)
        self.lists = RecommendationServiceStub(channel)
        self.run = next(RUNS)
        self.shown = dict.fromkeys([f"{self.run} {n}" for n in range(SIZE)], True)
        self.begun = dict.fromkeys(self.shown, 0)  # changes that may be seen
        self.done = dict.fromkeys(self.shown, 0)  # changes that must be seen
        self.locks = {name: asyncio.Lock() for name in self.shown}
        self.answers = 0

    async def change(self, name, kind):
        values, shown = CHANGES[kind]
        async with self.locks[name]:
            self.begun[name] += 1
            if values is None:
                await self.catalog.DeleteItems(catalog.DeleteItemsRequest(item_ids=[name]))
            else:
                item = item_pb2.Item(item_id=name, title="thing", **values)
                write = item_pb2.ItemWrite(item=item)
                await self.catalog.UpsertItems(catalog.UpsertItemsRequest(writes=[write]))
            self.shown[name] = shown
            self.done[name] += 1

    async def write(self, plan):
        for number, kind in plan:
            await self.change(f"{self.run} {number}", kind)

    async def read(self, writing):
        """Ask until all is written, and once more: all that stood still is as it must be."""
        last = False
        while not last:
            last = writing.done()
            certain = {n: s for n, s in self.shown.items() if self.begun[n] == self.done[n]}
            before = dict(self.begun)
            request = recommendation.RecommendRequest(
                visitor_id=f"stranger {self.answers}", page_size=100,
                filter='tags: ANY("wanted")', exclude_item_ids=[f"{self.run} 0"],
            )  # fmt: skip
            request.candidate_item_ids.extend(self.shown if self.answers % 2 else ())
            answer = await self.lists.Recommend(request)
            self.answers += 1
            self.check(answer.results, {n for n in certain if self.begun[n] == before[n]})

    def check(self, results, still):
        ids = [result.item_id for result in results]
        assert len(ids) == len(set(ids))
        assert f"{self.run} 0" not in ids
        for name in still - {f"{self.run} 0"}:
            assert (name in ids) is self.shown[name], name
        scores = [result.score for result in results]
        for slot, result in enumerate(results):  # all that is allowed in a slot comes after it
            top = max(scores[slot:])
            weights = [
                math.exp((score - top) / RULES.exploration_temperature) for score in scores[slot:]
            ]
            even = RULES.exploration_epsilon / len(weights)
            chances = [(1 - RULES.exploration_epsilon) * w / sum(weights) + even for w in weights]
            assert sum(chances) == pytest.approx(1.0)
            assert result.propensity == pytest.approx(chances[0], rel=1e-6)

    async def clear(self):
        """Leave nothing for the next run."""
        await self.catalog.DeleteItems(catalog.DeleteItemsRequest(item_ids=list(self.shown)))


async def _turmoil(channel, plans):
    turmoil = Turmoil(channel)
    for name in turmoil.shown:
        await turmoil.change(name, "in stock")
    writing = asyncio.ensure_future(asyncio.gather(*map(turmoil.write, plans)))
    await asyncio.gather(turmoil.read(writing), turmoil.read(writing), writing)
    await turmoil.clear()
    return turmoil.answers


@given(plans=PLANS)
@settings(max_examples=12, deadline=None)
def test_no_list_holds_what_was_gone_when_it_was_asked_for(shop, plans):
    """Changes and questions at once: an acknowledged change is in every answer asked later."""
    runner, channel = shop
    assert runner.run(_turmoil(channel, plans)) >= 2
