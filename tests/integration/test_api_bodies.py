"""Bodies: none is read before the key, none takes more memory than the limit, none is trusted."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from google.protobuf import descriptor_pool
from pydantic import SecretStr

from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as feedback
from headwater_server.api.guard.body import RECEIVING_MAX
from headwater_server.api.guard.call_log import LINES_PER_S
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import channel_to
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S

KEY = "an-old-key-of-the-shop"
LOCKED = ApiSettings(keys=SecretStr(KEY), stop_grace_s=0)
FEEDBACK = "/headwater.v1.FeedbackService/Feedback"
STREAM = "/headwater.v1.FeedbackService/StreamFeedback"
SERVICES = ("Recommendation", "Feedback", "Catalog", "User", "Model")
BAD_TEXT = b"\x0a\x04\x0a\x02\xff\xfe"  # an event whose id is no UTF-8
GARBAGE = b"\xff" * 40
EMPTIES = b"\x0a\x00" * 500_000
CLICK = feedback.FeedbackRequest(
    events=[event_pb2.Event(event_id="e1", visitor_id="v", event_type="click")]
).SerializeToString()


async def status(channel, path: str, body: bytes, key: str = KEY) -> grpc.aio.AioRpcError | None:
    """Return the error of a call with raw bytes, None if there is none."""
    metadata = [("authorization", f"Bearer {key}")] if key else None
    try:
        if path == STREAM:
            call = channel.stream_stream(path)(iter([body]), metadata=metadata, timeout=PATIENCE_S)
            async for _ in call:
                pass
        else:
            await channel.unary_unary(path)(body, metadata=metadata, timeout=PATIENCE_S)
    except grpc.aio.AioRpcError as error:
        return error
    return None


@pytest.mark.parametrize("path", [FEEDBACK, STREAM])
@pytest.mark.parametrize("body", [BAD_TEXT, GARBAGE, EMPTIES])
async def test_a_body_is_judged_after_the_key(path, body, capfd) -> None:
    replica = DictReplica()
    async with channel_to(replica, LOCKED) as channel:
        without = await status(channel, path, body, key="")
        assert without.code() is grpc.StatusCode.UNAUTHENTICATED
        refused = await status(channel, path, body)
        assert refused.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "request" in refused.details()
        assert await status(channel, path, CLICK) is None
    said = capfd.readouterr().err
    assert "Traceback" not in said
    lines = [line for line in said.splitlines() if "status" in line]
    assert len(lines) == 2  # one a refused call, on a terminal with colours
    assert max(map(len, lines)) < 400
    assert len(replica.received) == 1


@pytest.mark.parametrize("service", SERVICES)
async def test_every_method_refuses_bytes_that_do_not_parse(service) -> None:
    described = descriptor_pool.Default().FindServiceByName(f"headwater.v1.{service}Service")
    async with channel_to(DictReplica(), LOCKED) as channel:
        for method in described.methods:
            path = f"/{described.full_name}/{method.name}"
            refused = await status(channel, path, GARBAGE)
            assert refused.code() is grpc.StatusCode.INVALID_ARGUMENT, path
            assert method.input_type.full_name in refused.details()


async def test_a_call_without_a_key_is_refused_before_its_body_has_arrived() -> None:
    async with channel_to(DictReplica(), LOCKED) as channel:
        sent = asyncio.Event()

        async def unfinished():
            yield b"x" * 100
            sent.set()
            await asyncio.Event().wait()  # the rest never comes

        call = channel.stream_unary("/headwater.v1.CatalogService/UpsertItems")(unfinished())
        assert await call.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_body_that_never_comes_ends_with_the_servers_deadline() -> None:
    settings = ApiSettings(deadline_default_s=0.2, stop_grace_s=0)
    async with channel_to(DictReplica(), settings) as channel:

        async def nothing():
            await asyncio.Event().wait()
            yield b""

        call = channel.stream_unary(FEEDBACK)(nothing())
        assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        empty = channel.stream_unary(FEEDBACK)(iter(()))
        assert await empty.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "send one headwater.v1.FeedbackRequest" in await empty.details()


async def test_one_caller_sends_few_bodies_at_a_time_and_others_are_not_held_up() -> None:
    settings = ApiSettings(keys=SecretStr(f"{KEY},another-key-of-the-shop"), stop_grace_s=0)
    async with channel_to(DictReplica(), settings) as channel:

        async def nothing():
            await asyncio.Event().wait()
            yield b""

        slow = channel.stream_unary(FEEDBACK)
        metadata = [("authorization", f"Bearer {KEY}")]
        calls = [slow(nothing(), metadata=metadata) for _ in range(RECEIVING_MAX)]
        await asyncio.gather(*(call.wait_for_connection() for call in calls))
        own = asyncio.create_task(status(channel, FEEDBACK, CLICK))
        assert await status(channel, FEEDBACK, CLICK, key="another-key-of-the-shop") is None
        for call in calls:
            call.cancel()
        assert await own is None


async def test_health_takes_a_small_body_only_and_answers_beside_bodies_that_never_come() -> None:
    check = "/grpc.health.v1.Health/Check"
    async with channel_to(DictReplica(), LOCKED) as channel:
        for body in (b"\x0a\x80\x80\x40" + b"x" * 2**20, GARBAGE):
            refused = await status(channel, check, body, key="")
            assert refused.code() is grpc.StatusCode.INVALID_ARGUMENT

        async def nothing():
            await asyncio.Event().wait()
            yield b""

        calls = [channel.stream_unary(check)(nothing()) for _ in range(50)]
        await asyncio.gather(*(call.wait_for_connection() for call in calls))
        assert await status(channel, check, b"", key="") is None
        for call in calls:
            call.cancel()


async def test_a_flood_of_refused_calls_writes_few_lines(capfd) -> None:
    async with channel_to(DictReplica(), LOCKED) as channel:
        await asyncio.gather(*(status(channel, FEEDBACK, CLICK, key="") for _ in range(200)))
    lines = capfd.readouterr().err.splitlines()
    assert 0 < len(lines) <= 4 * LINES_PER_S
