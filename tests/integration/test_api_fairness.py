"""One caller's flood beside honest callers: places, the processor, and a page key's rate."""

from __future__ import annotations

import asyncio
import time
from statistics import median

import grpc
import pytest
from pydantic import SecretStr

from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.settings import ApiSettings
from headwater_server.storage.storage import Storage
from tests.integration.api_server import channel_to, serving
from tests.integration.dict_replica import DictReplica
from tests.integration.replicas import clicks, running_replica
from tests.integration.waiting import PATIENCE_S, eventually

SHOP, FLOOD, PAGE = "key-of-the-honest-shop", "key-of-another-backend", "key-in-every-page"
SETTINGS = ApiSettings(
    keys=SecretStr(f"{SHOP},{FLOOD}"),
    page_keys=SecretStr(f"{PAGE};scopes=recommend;calls_per_second=50"),
    stop_grace_s=0,
)
WORK_S = 0.02


class SlowReplica(DictReplica):
    """Each answer takes a while of the one thread."""

    async def recommend(self, request, **options):
        end_s = time.thread_time() + WORK_S * (request.visitor_id == "flood")
        while time.thread_time() < end_s:
            pass
        return await super().recommend(request, **options)


class Caller:
    """A caller with a key, on a connection of its own."""

    def __init__(self, listen: str, key: str) -> None:
        options = [("grpc.use_local_subchannel_pool", 1)]
        self.channel = grpc.aio.insecure_channel(listen, options=options)
        self._stub = pb_grpc.RecommendationServiceStub(self.channel)
        self._metadata = [("authorization", f"Bearer {key}")]

    async def ask(self, visitor: str, min_offset: str = "", timeout: float = PATIENCE_S) -> str:
        """Ask for a list; return the status and its text."""
        request = pb.RecommendRequest(visitor_id=visitor, min_offset=min_offset)
        try:
            await self._stub.Recommend(request, metadata=self._metadata, timeout=timeout)
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name} {error.details()}"
        return "OK"


async def test_an_honest_caller_waits_for_one_call_of_a_flood_not_for_all() -> None:
    async with serving(SlowReplica(), SETTINGS) as listen:
        flood, shop = Caller(listen, FLOOD), Caller(listen, SHOP)
        assert await shop.ask("ann") == "OK"
        flooding = [asyncio.create_task(flood.ask("flood")) for _ in range(90)]
        await eventually(lambda: any(task.done() for task in flooding))
        took_s = []
        for _ in range(5):
            start_s = time.perf_counter()
            assert await shop.ask("ann") == "OK"
            took_s.append(time.perf_counter() - start_s)
        waiting = sum(not task.done() for task in flooding)
        assert waiting > 20  # so the honest ones were before them
        assert median(took_s) < 0.5 * waiting * WORK_S
        assert set(await asyncio.gather(*flooding)) == {"OK"}
        await asyncio.gather(flood.channel.close(), shop.channel.close())


async def test_one_caller_leaves_places_to_others() -> None:
    replica = DictReplica()
    replica.pause = asyncio.Event()
    settings = ApiSettings(keys=SETTINGS.keys, reads_max=8, stop_grace_s=0)
    async with serving(replica, settings) as listen:
        flood, shop = Caller(listen, FLOOD), Caller(listen, SHOP)
        flooding = [asyncio.create_task(flood.ask("a")) for _ in range(6)]
        await eventually(lambda: len(replica.asked) == 6)
        assert "more calls under way than its share" in await flood.ask("a")
        honest = asyncio.create_task(shop.ask("ann"))
        await eventually(lambda: len(replica.asked) == 7)
        replica.pause.set()
        assert {await honest, *await asyncio.gather(*flooding)} == {"OK"}
        await asyncio.gather(flood.channel.close(), shop.channel.close())


async def test_one_client_does_not_use_up_a_page_keys_rate() -> None:
    async with serving(DictReplica(), SETTINGS) as listen:
        flood, visitor = Caller(listen, PAGE), Caller(listen, PAGE)
        answers = await asyncio.gather(*(flood.ask("a") for _ in range(90)))
        refused = [answer for answer in answers if answer != "OK"]
        assert refused
        assert all("calls a second with this key" in answer for answer in refused)
        assert [await visitor.ask("ann") for _ in range(10)] == ["OK"] * 10
        await asyncio.gather(flood.channel.close(), visitor.channel.close())


@pytest.fixture
def far_ahead() -> str:
    return f"{int(1_000 * time.time()) + 3_600_000}-0"


async def test_an_offset_beyond_the_log_is_refused_at_once(storage: Storage, far_ahead) -> None:
    async with running_replica(storage) as replica, channel_to(replica) as channel:
        await replica.feedback(clicks(1), PATIENCE_S)
        stub = pb_grpc.RecommendationServiceStub(channel)
        request = pb.RecommendRequest(visitor_id="v", min_offset=far_ahead)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Recommend(request, timeout=PATIENCE_S)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "min_offset is beyond the end of the log" in caught.value.details()


async def test_an_offset_that_another_replica_acknowledged_is_waited_for(storage: Storage) -> None:
    async with running_replica(storage) as writer, running_replica(storage) as reader:
        async with reader.shell.tail.paused():  # it cannot have learned it
            done = await writer.feedback(clicks(1), PATIENCE_S)
            waiting = asyncio.create_task(reader.reach(done.offset, PATIENCE_S))
            await asyncio.sleep(0.1)  # longer than it takes to ask the store
            assert not waiting.done()
        await waiting
        assert reader.has_reached(done.offset)


async def test_calls_that_wait_for_an_offset_take_no_place_from_others(storage: Storage) -> None:
    settings = ApiSettings(keys=SETTINGS.keys, reads_max=28, waiting_max=8, stop_grace_s=0)
    async with (
        running_replica(storage) as writer,
        running_replica(storage) as reader,
        serving(reader, settings) as listen,
    ):
        flood, shop = Caller(listen, FLOOD), Caller(listen, SHOP)
        async with reader.shell.tail.paused():
            offset = (await writer.feedback(clicks(1), PATIENCE_S)).offset
            waiting = [asyncio.create_task(flood.ask("a", offset)) for _ in range(20)]
            await eventually(lambda: sum(task.done() for task in waiting) == 14)
            other = asyncio.create_task(shop.ask("ann", offset))
            assert await shop.ask("ann") == "OK"
            assert set(await asyncio.gather(*(flood.ask("a") for _ in range(21)))) == {"OK"}
            assert not other.done()
        answers = await asyncio.gather(*waiting)
        assert answers.count("OK") == 6
        refused = {answer for answer in answers if answer != "OK"}
        assert all("too many calls wait for a min_offset" in answer for answer in refused)
        assert await other == "OK"
        await asyncio.gather(flood.channel.close(), shop.channel.close())
