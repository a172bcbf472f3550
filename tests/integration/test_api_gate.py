"""Who is let in, how often, and what is noted of each call: over real channels."""

from __future__ import annotations

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from pydantic import SecretStr

from headwater.v1 import model_service_pb2 as model
from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings
from headwater_server.observability.meters import Meters
from tests.integration.api_server import channel_to, free_port
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S

OLD, NEW = "an-old-key-of-the-shop", "a-new-key-of-the-shop"
LOCKED = ApiSettings(keys=SecretStr(f"{OLD}, {NEW}"), stop_grace_s=0)
QUESTION = pb.RecommendRequest(visitor_id="v")


def bearer(key: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {key}")]


async def ask(channel, metadata=None):
    stub = pb_grpc.RecommendationServiceStub(channel)
    return await stub.Recommend(QUESTION, timeout=PATIENCE_S, metadata=metadata)


async def answer(channel, path):
    return await channel.unary_unary(path)(b"", timeout=PATIENCE_S)


async def answer_of_stream(channel, path):
    return await anext(aiter(channel.stream_stream(path)(iter([b""]), timeout=PATIENCE_S)))


@pytest.mark.parametrize("key", [OLD, NEW])
async def test_each_key_opens_so_that_one_can_follow_another(key) -> None:
    async with channel_to(DictReplica(), LOCKED) as channel:
        assert (await ask(channel, bearer(key))).policy == "popular"
        assert (await ask(channel, [("authorization", f"bearer {key}")])).policy == "popular"


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        bearer(""),
        bearer("guess"),
        bearer(OLD[:-1]),
        bearer(f"{OLD}, {NEW}"),
        [("authorization", OLD)],
        [("authorization", f"Basic {OLD}")],
    ],
)
async def test_without_a_key_nothing_is_done_and_the_fix_is_said(metadata) -> None:
    replica = DictReplica()
    async with channel_to(replica, LOCKED) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ask(channel, metadata)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert "authorization: Bearer <key>" in caught.value.details()
    assert not replica.asked


@pytest.mark.parametrize("service", ["Recommendation", "Feedback", "Catalog", "User", "Model"])
async def test_every_method_asks_for_a_key(service) -> None:
    from google.protobuf import descriptor_pool

    described = descriptor_pool.Default().FindServiceByName(f"headwater.v1.{service}Service")
    async with channel_to(DictReplica(), LOCKED) as channel:
        for method in described.methods:
            path = f"/{described.full_name}/{method.name}"
            stream = method.server_streaming
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await (answer_of_stream(channel, path) if stream else answer(channel, path))
            assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED, path


async def test_health_needs_no_key_and_reflection_does() -> None:
    async with channel_to(DictReplica(), LOCKED) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(), timeout=5
        )
        assert (await check).status == health_pb2.HealthCheckResponse.SERVING
        listing = reflection_pb2.ServerReflectionRequest(list_services="")
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await anext(aiter(stub.ServerReflectionInfo(iter([listing]), timeout=PATIENCE_S)))
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
        answers = stub.ServerReflectionInfo(
            iter([listing]), timeout=PATIENCE_S, metadata=bearer(NEW)
        )
        assert (await anext(aiter(answers))).list_services_response.service


async def test_no_key_is_in_the_log(capfd) -> None:
    async with channel_to(DictReplica(), LOCKED) as channel:
        with pytest.raises(grpc.aio.AioRpcError):
            await ask(channel, bearer("wrong-key-wrong-key"))
    said = capfd.readouterr().err
    assert "UNAUTHENTICATED" in said
    assert not any(key in said for key in (OLD, NEW, "wrong-key"))
    assert OLD not in repr(LOCKED)


async def test_more_calls_a_second_than_the_rate_are_refused_with_a_time_to_wait() -> None:
    settings = ApiSettings(calls_per_second_max=0.5, stop_grace_s=0)
    async with channel_to(DictReplica(), settings) as channel:
        assert (await ask(channel)).policy == "popular"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ask(channel)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "more than 0.5 calls a second" in caught.value.details()
    trailers = dict(caught.value.trailing_metadata())
    retry = error_details_pb2.RetryInfo()
    status_pb2.Status.FromString(trailers["grpc-status-details-bin"]).details[0].Unpack(retry)
    assert 0 < retry.retry_delay.ToMilliseconds() <= 2000
    assert trailers["grpc-retry-pushback-ms"] == str(retry.retry_delay.ToMilliseconds())


@pytest.mark.parametrize("given", ["page-7", ""])
async def test_a_request_id_is_taken_or_created_returned_and_in_every_line_of_the_call(
    capfd, given
) -> None:
    replica = DictReplica()
    replica.faults = [RuntimeError("a secret of the house")]
    async with channel_to(replica) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ask(channel, [("x-request-id", given)] if given else None)
    returned = dict(caught.value.trailing_metadata())["x-request-id"]
    assert returned == (given or returned)
    lines = capfd.readouterr().err
    assert lines.count(returned) == 2  # the error with its traceback, and the call
    assert "secret" not in caught.value.details()


async def test_every_call_is_metered_by_how_it_ended() -> None:
    replica, meters = DictReplica(), Meters()
    listen = f"127.0.0.1:{free_port()}"
    server = Server(replica, ApiSettings(listen=listen, stop_grace_s=0), meters)
    await server.start()
    async with grpc.aio.insecure_channel(listen) as channel:
        await ask(channel)
        replica.faults = [RuntimeError()]
        with pytest.raises(grpc.aio.AioRpcError):
            await ask(channel)
        await channel.unary_unary("/headwater.v1.ModelService/GetModel")(
            model.GetModelRequest().SerializeToString(), timeout=5
        )
    await server.stop()
    ended = {call: {k: sum(v.counts) for k, v in m.by_status.items()} for call, m in meters}
    assert ended["headwater.v1.RecommendationService/Recommend"] == {"OK": 1, "INTERNAL": 1}
    assert ended["headwater.v1.ModelService/GetModel"] == {"OK": 1}
    assert {meter.under_way for _, meter in meters} == {0}
