"""Too much to do: which calls go on, and what the others hear. A real server on a real store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import grpc
import pytest

from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as feedback
from headwater.v1 import feedback_service_pb2_grpc as feedback_grpc
from headwater.v1 import recommendation_service_pb2 as recommendation
from headwater.v1 import recommendation_service_pb2_grpc as recommendation_grpc
from headwater_server.api.settings import ApiSettings
from headwater_server.storage.storage import Storage
from tests.integration.api_server import channel_to
from tests.integration.held_log import HeldLog
from tests.integration.replicas import running_replica
from tests.integration.waiting import PATIENCE_S, eventually

CALLS = 20
SETTINGS = ApiSettings(stop_grace_s=0, overload_calls=CALLS, retry_after_ms=70)


class Caller:
    """Calls once: our own clients would try again as the server asks, and see nothing of it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._feedback = feedback_grpc.FeedbackServiceStub(channel)
        self._recommendation = recommendation_grpc.RecommendationServiceStub(channel)

    async def send(self, number: int) -> str:
        """Send a click; return what became of it, or the status and the time to come back after."""
        event = event_pb2.Event(
            event_id=f"e{number}",
            event_type="click",
            visitor_id=f"v{number}",
            items=[event_pb2.EventItem(item_id="tent")],
        )
        try:
            request = feedback.FeedbackRequest(events=[event])
            answer = await self._feedback.Feedback(request, timeout=PATIENCE_S)
        except grpc.aio.AioRpcError as error:
            trailers = dict(error.trailing_metadata())
            return f"{error.code().name} {trailers.get('grpc-retry-pushback-ms')}"
        return event_pb2.EventStatus.Name(answer.results[0].status)

    async def ask(self) -> str:
        """Ask for a list; return the status."""
        try:
            request = recommendation.RecommendRequest(visitor_id="v")
            await self._recommendation.Recommend(request, timeout=PATIENCE_S)
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name} {error.details()}"
        return "OK"


@asynccontextmanager
async def crowd(storage: Storage, settings: ApiSettings) -> AsyncIterator[Caller]:
    """Call a server that has as many writes under way as it can bear."""
    held = HeldLog(storage.log)
    async with (
        running_replica(replace(storage, log=held)) as replica,
        channel_to(replica, settings) as channel,
    ):
        held.gate.clear()
        caller = Caller(channel)
        waiting = [asyncio.create_task(caller.send(n)) for n in range(CALLS)]
        await eventually(lambda: replica.shell.appender.operations_waiting == CALLS)
        yield caller
        held.gate.set()
        assert set(await asyncio.gather(*waiting)) == {"EVENT_STATUS_CREATED"}
        assert await caller.send(99) == "EVENT_STATUS_CREATED"  # it is over
        assert await caller.ask() == "OK"


async def test_reads_go_on_while_writes_are_refused(storage: Storage) -> None:
    async with crowd(storage, SETTINGS) as caller:
        outcomes = await asyncio.gather(*(caller.send(100 + n) for n in range(10)))
        assert set(outcomes) == {"RESOURCE_EXHAUSTED 70"}
        assert set(await asyncio.gather(*(caller.ask() for _ in range(30)))) == {"OK"}


@pytest.mark.parametrize(
    ("prefers", "asked"),
    [
        ("writes", "RESOURCE_EXHAUSTED the server is overloaded and serves writes"),
        ("neither", "OK"),
    ],
)
async def test_writes_go_on_if_they_are_preferred(
    storage: Storage, prefers: str, asked: str
) -> None:
    async with crowd(storage, replace(SETTINGS, overload_prefers=prefers)) as caller:
        assert (await caller.ask()).startswith(asked)
        more = asyncio.create_task(caller.send(100))
        await asyncio.sleep(0)
    assert await more == "EVENT_STATUS_CREATED"


async def test_a_loop_that_is_late_again_and_again_is_too_much_to_do(storage: Storage) -> None:
    settings = replace(SETTINGS, overload_lag_ms=100, retry_after_ms=10)

    async def hog() -> None:
        while True:
            time.sleep(0.2)  # noqa: ASYNC251 - the point of it
            await asyncio.sleep(0)

    async with running_replica(storage) as replica, channel_to(replica, settings) as channel:
        caller = Caller(channel)
        await eventually(lambda: _learned(caller, 1))
        hogging = asyncio.create_task(hog())
        await eventually(lambda: _refused(caller, 2))
        assert await caller.ask() == "OK"
        hogging.cancel()
        await eventually(lambda: _learned(caller, 2))


async def _refused(caller: Caller, number: int) -> bool:
    return (await caller.send(number)).startswith("RESOURCE_EXHAUSTED")


async def _learned(caller: Caller, number: int) -> bool:
    return await caller.send(number) in {"EVENT_STATUS_CREATED", "EVENT_STATUS_EXISTS"}
