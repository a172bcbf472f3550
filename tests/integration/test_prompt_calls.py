"""Plain questions are answered without a task each, and nobody can see it from outside."""

from __future__ import annotations

import asyncio
import gc
from contextlib import AsyncExitStack
from typing import Any

import grpc
import pytest

from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.front.context import Context
from headwater_server.api.guard.prompt.asked import Asked
from headwater_server.api.settings import ApiSettings
from headwater_server.replica.reads.together import Together
from headwater_server.storage.storage import Storage
from tests.integration.api_server import channel_to, serving
from tests.integration.front_server import KINDS
from tests.integration.replicas import click, running_replica
from tests.integration.waiting import PATIENCE_S, eventually

ACTS = [(click(n, item), "") for n, item in enumerate(("tent", "lamp", "rope", "boots"))]
STOPPED = (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE)
RECOMMEND = "/headwater.v1.RecommendationService/Recommend"


def question(n: int) -> pb.RecommendRequest:
    return pb.RecommendRequest(visitor_id=f"v{n}", page_size=3, recommendation_id=f"r{n}")


async def asked(channel: grpc.aio.Channel, *questions: pb.RecommendRequest) -> list[Any]:
    """Return the answers, or the errors, of questions that are asked at once."""
    stub = pb_grpc.RecommendationServiceStub(channel)
    calls = (stub.Recommend(one, timeout=PATIENCE_S) for one in questions)
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_both_servers_give_equal_answers(storage: Storage, monkeypatch: Any) -> None:
    prompt: list[object] = []
    sent = Asked.set_result
    monkeypatch.setattr(
        Asked, "set_result", lambda self, answer: (prompt.append(answer), sent(self, answer))
    )
    answers, counts = {}, []
    async with running_replica(storage) as replica:
        await replica.feedback(ACTS, PATIENCE_S)
        for kind in KINDS:
            settings = ApiSettings(grpc_server=kind, stop_grace_s=0)
            async with channel_to(replica, settings) as channel:
                found = await asked(channel, *map(question, range(40)))
            answers[kind] = [(one.recommendation_id, [*one.results]) for one in found]
            assert all(one.attribution_token for one in found)
            counts.append(len(prompt))
    assert answers[KINDS[0]] == answers[KINDS[1]]
    assert counts[0] == counts[1] > 0  # of the first kind, unless a body came late
    assert len({name for name, _ in answers[KINDS[0]]}) == 40


def calls_known() -> list[Context]:
    """Return the calls of this process that are under way, or wait for the garbage collector."""
    return [one for one in gc.get_objects() if isinstance(one, Context)]


async def test_an_answered_call_leaves_nothing_to_the_garbage_collector(storage: Storage) -> None:
    """Its objects are used again at once, while they are in the processor's caches."""
    async with running_replica(storage) as replica, channel_to(replica) as channel:
        await asked(channel, question(0))
        before = calls_known()  # some may be of a test that failed, or raised
        gc.disable()
        try:
            await asked(channel, *map(question, range(20)))
            await eventually(lambda: len(calls_known()) <= len(before))
        finally:
            gc.enable()


async def test_the_error_of_one_is_not_that_of_the_others(storage: Storage, monkeypatch) -> None:
    answer_all = Together._answers

    def broken(self: Together, requests: list[Any]) -> Any:
        if any(one.visitor_id == "v3" for one in requests):
            failed = [KeyError("secret")]
            return failed if len(requests) == 1 else [broken(self, [one])[0] for one in requests]
        return answer_all(self, requests)

    monkeypatch.setattr(Together, "_answers", broken)
    async with running_replica(storage) as replica, channel_to(replica) as channel:
        found = await asked(channel, *map(question, range(6)), pb.RecommendRequest())
        assert [n for n, one in enumerate(found) if isinstance(one, Exception)] == [3, 6]
        assert found[3].code() is grpc.StatusCode.INTERNAL
        assert "secret" not in found[3].details()
        assert found[6].details() == "visitor_id is required"
        [again] = await asked(channel, question(0))
        assert again.recommendation_id == "r0"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_without_a_message_and_one_that_is_left_do_no_harm(
    storage: Storage, kind: Any
) -> None:
    settings = ApiSettings(grpc_server=kind, stop_grace_s=0)
    async with (
        running_replica(storage) as replica,
        serving(replica, settings) as listen,
        grpc.aio.insecure_channel(listen) as channel,
    ):
        empty = channel.stream_unary(RECOMMEND)(iter(()), timeout=PATIENCE_S)
        assert await empty.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "request is missing" in (await empty.details() or "")
        left = [channel.stream_unary(RECOMMEND)(timeout=PATIENCE_S) for _ in range(20)]
        for n, call in enumerate(left):
            await call.wait_for_connection()
            if n % 2:
                await call.write(question(n).SerializeToString())
            call.cancel()
        [answer] = await asked(channel, question(1))
        assert answer.recommendation_id == "r1"


async def test_a_server_stops_though_a_message_is_awaited(storage: Storage) -> None:
    async with running_replica(storage) as replica, AsyncExitStack() as server:
        listen = await server.enter_async_context(serving(replica))
        async with grpc.aio.insecure_channel(listen) as channel:
            waiting = channel.stream_unary(RECOMMEND)(timeout=PATIENCE_S)
            await waiting.wait_for_connection()
            [answer] = await asked(channel, question(1))  # so the server knows the call before it
            assert answer.recommendation_id == "r1"
            async with asyncio.timeout(PATIENCE_S / 2):
                await server.aclose()
            assert await waiting.code() in STOPPED
