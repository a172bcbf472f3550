"""What stands around the services: health, reflection, the port, the stop."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import channel_to, free_port, serving, somebody_listens
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S, eventually

SERVING, NOT_SERVING = 1, 2


async def status(channel: grpc.aio.Channel, service: str) -> int:
    request = health_pb2.HealthCheckRequest(service=service)
    return (await health_pb2_grpc.HealthStub(channel).Check(request, timeout=PATIENCE_S)).status


async def test_health_separates_lists_from_feedback_while_the_store_is_away() -> None:
    replica = DictReplica()
    async with channel_to(replica) as channel:
        assert await status(channel, "headwater.v1.FeedbackService") == SERVING
        replica.watchers[0](True, False)

        async def feedback_is_away() -> bool:
            return await status(channel, "headwater.v1.FeedbackService") == NOT_SERVING

        await eventually(feedback_is_away)
        assert await status(channel, "headwater.v1.RecommendationService") == SERVING
        assert await status(channel, "") == SERVING
        replica.watchers[0](True, True)

        async def feedback_is_back() -> bool:
            return not await feedback_is_away()

        await eventually(feedback_is_back)


async def test_reflection_lists_every_service() -> None:
    async with channel_to(DictReplica()) as channel:
        ask = reflection_pb2.ServerReflectionRequest(list_services="")
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        found = set()
        async for answer in stub.ServerReflectionInfo(iter([ask]), timeout=PATIENCE_S):
            found |= {service.name for service in answer.list_services_response.service}
    wanted = {"Recommendation", "Feedback", "Catalog", "User", "Model"}
    assert found >= {f"headwater.v1.{name}Service" for name in wanted}


async def test_a_port_that_is_taken_is_a_clear_error() -> None:
    async with serving(DictReplica()) as listen:
        with pytest.raises(OSError, match=f"cannot listen on {listen}"):
            await Server(DictReplica(), ApiSettings(listen=listen)).start()


async def test_a_stop_lets_the_calls_under_way_end() -> None:
    replica = DictReplica()
    replica.pause = asyncio.Event()
    listen = f"127.0.0.1:{free_port()}"
    server = Server(replica, ApiSettings(listen=listen, stop_grace_s=20))
    await server.start()
    async with grpc.aio.insecure_channel(listen) as channel:
        stub = pb_grpc.RecommendationServiceStub(channel)
        call = asyncio.ensure_future(
            stub.Recommend(pb.RecommendRequest(visitor_id="v"), timeout=PATIENCE_S)
        )
        await eventually(lambda: replica.asked)
        stopping = asyncio.create_task(server.stop())
        await eventually(lambda: not somebody_listens(server.port))
        replica.pause.set()
        assert (await call).policy == "popular"
    await stopping
