"""Every call has an end: the caller's deadline, or ours."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import channel_to
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S

QUESTION = pb.RecommendRequest(visitor_id="v1")


@pytest.mark.parametrize(
    ("timeout_s", "least_s", "most_s"),
    [(None, 10.0, 10.0), (30.0, 10.1, 30.1), (600.0, 60.0, 60.0)],
)
async def test_the_replica_gets_the_time_that_the_caller_waits(timeout_s, least_s, most_s) -> None:
    replica = DictReplica()
    async with channel_to(replica) as channel:
        await pb_grpc.RecommendationServiceStub(channel).Recommend(QUESTION, timeout=timeout_s)
    assert least_s <= replica.times_s[0] <= most_s


@pytest.mark.parametrize("timeout_s", [None, 30.0])
async def test_a_call_ends_at_the_servers_own_deadline(timeout_s) -> None:
    replica = DictReplica()
    replica.pause = asyncio.Event()
    settings = ApiSettings(deadline_default_s=0.05, deadline_max_s=0.05, stop_grace_s=0)
    async with channel_to(replica, settings) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await pb_grpc.RecommendationServiceStub(channel).Recommend(QUESTION, timeout=timeout_s)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert caught.value.details() == "the server's own deadline passed"


async def test_a_timeout_inside_the_replica_is_not_taken_for_the_deadline() -> None:
    replica = DictReplica()
    replica.faults = [TimeoutError("10.0.0.1 did not answer")]
    async with channel_to(replica) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await pb_grpc.RecommendationServiceStub(channel).Recommend(QUESTION)
    assert caught.value.code() is grpc.StatusCode.INTERNAL


async def test_a_state_that_does_not_come_in_time_is_deadline_exceeded() -> None:
    async with channel_to(DictReplica()) as channel:
        request = pb.RecommendRequest(visitor_id="v1", min_offset="99")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await pb_grpc.RecommendationServiceStub(channel).Recommend(request, timeout=PATIENCE_S)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
