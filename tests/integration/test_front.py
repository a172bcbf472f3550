"""What the API needs of its gRPC server, of both kinds."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import grpc
import pytest

from headwater_server.api.front.call import Call
from headwater_server.api.front.context import Context
from tests.integration.front_server import KINDS, front, path
from tests.integration.waiting import PATIENCE_S, eventually

pytestmark = pytest.mark.parametrize("kind", KINDS)


def unary(method: Any) -> dict[str, Any]:
    """Register a one-to-one method as the API does: as one that takes a stream."""
    return {"Call": grpc.stream_unary_rpc_method_handler(method)}


async def test_all_four_kinds_of_methods(kind: str) -> None:
    async def one(request: bytes, _: Any) -> bytes:
        return request * 2

    async def many(request: bytes, context: Any) -> None:
        for _ in range(3):
            await context.write(request)

    async def total(requests: Any, _: Any) -> bytes:
        return b"".join([request async for request in requests])

    async def both(requests: Any, _: Any) -> Any:
        async for request in requests:
            yield request

    handlers = {
        "One": grpc.unary_unary_rpc_method_handler(one, bytes.upper, bytes.lower),
        "Many": grpc.unary_stream_rpc_method_handler(many),
        "Total": grpc.stream_unary_rpc_method_handler(total),
        "Both": grpc.stream_stream_rpc_method_handler(both),
    }
    parts = [b"a", b"", b"c" * 100_000]
    async with front(kind, handlers) as (_, channel):
        assert await channel.unary_unary(path("One"))(b"x") == b"xx"
        assert [part async for part in channel.unary_stream(path("Many"))(b"x")] == [b"x"] * 3
        assert await channel.stream_unary(path("Total"))(iter(parts)) == b"".join(parts)
        assert [part async for part in channel.stream_stream(path("Both"))(iter(parts))] == parts


async def test_metadata_and_status_go_both_ways(kind: str) -> None:
    async def method(_: Any, context: Any) -> bytes:
        sent = dict(context.invocation_metadata())
        assert sent["asked-bin"] == b"\x00\xff"
        assert context.peer().startswith("ipv4:127.0.0.1:")
        assert 0 < context.time_remaining() <= PATIENCE_S + 2  # gRPC rounds up
        assert context.auth_context()["transport_security_type"] == [b"insecure"]
        assert context.peer_identities() is None
        assert context.peer_identity_key() is None
        await context.send_initial_metadata([("first", "1")])
        context.set_trailing_metadata([("last-bin", b"\x01")])
        assert not context.done()
        assert not context.cancelled()
        await context.abort(grpc.StatusCode.NOT_FOUND, "keine Größe")
        raise AssertionError("abort raises")

    async with front(kind, unary(method)) as (_, channel):
        metadata = (("asked-bin", b"\x00\xff"),)
        call = channel.unary_unary(path("Call"))(b"", timeout=PATIENCE_S, metadata=metadata)
        assert dict(await call.initial_metadata())["first"] == "1"
        assert await call.code() is grpc.StatusCode.NOT_FOUND
        assert await call.details() == "keine Größe"
        assert dict(await call.trailing_metadata())["last-bin"] == b"\x01"


async def test_a_status_without_an_error_is_sent_with_its_text(kind: str) -> None:
    async def method(_: Any, context: Any) -> bytes:
        assert context.time_remaining() is None
        context.set_code(grpc.StatusCode.DATA_LOSS)
        context.set_details("some")
        return b"not sent"

    async with front(kind, unary(method)) as (_, channel):
        call = channel.unary_unary(path("Call"))(b"")
        assert (await call.code(), await call.details()) == (grpc.StatusCode.DATA_LOSS, "some")


async def test_a_failing_method_and_an_unknown_one_have_a_status(kind: str) -> None:
    async def method(_: Any, __: Any) -> bytes:
        raise KeyError("secret")

    async with front(kind, unary(method)) as (_, channel):
        assert await channel.unary_unary(path("Call"))(b"").code() is grpc.StatusCode.UNKNOWN
        unknown = channel.unary_unary(path("Other"))(b"")
        assert await unknown.code() is grpc.StatusCode.UNIMPLEMENTED
        assert await unknown.details() == "Method not found!"


@pytest.mark.parametrize("ends", ["caller", "deadline"])
async def test_a_call_that_is_over_cancels_its_method(kind: str, ends: str) -> None:
    began, seen, callbacks = asyncio.Event(), asyncio.Event(), []

    async def method(_: Any, context: Any) -> bytes:
        context.add_done_callback(callbacks.append)
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.set()
            raise
        return b""

    async with front(kind, unary(method)) as (_, channel):
        call = channel.unary_unary(path("Call"))(b"", timeout=0.3 if ends == "deadline" else None)
        await began.wait()
        if ends == "caller":
            call.cancel()
        await asyncio.wait_for(seen.wait(), PATIENCE_S)
        await eventually(lambda: _are(callbacks, 1))
        code = grpc.StatusCode.DEADLINE_EXCEEDED
        assert await call.code() is (code if ends == "deadline" else grpc.StatusCode.CANCELLED)


async def _are(values: list[Any], count: int) -> bool:
    return len(values) == count


async def test_a_slow_reader_holds_the_writer_and_its_leaving_ends_it(kind: str) -> None:
    written: list[int] = []
    closed = asyncio.Event()

    async def endless(_: Any, __: Any) -> Any:
        try:
            while True:
                written.append(1)
                yield b"x" * 100_000
        finally:
            closed.set()

    handlers = {"Call": grpc.unary_stream_rpc_method_handler(endless)}
    async with front(kind, handlers) as (_, channel):
        call = channel.unary_stream(path("Call"))(b"")
        assert await call.read()
        await asyncio.sleep(0.2)
        assert len(written) < 100
        call.cancel()
        await asyncio.wait_for(closed.wait(), PATIENCE_S)


async def test_a_body_is_received_when_it_is_asked_for(kind: str) -> None:
    asked = asyncio.Event()

    async def method(_: Any, context: Any) -> bytes:
        await asked.wait()
        assert await context.read() == b"y" * 1_000_000
        assert await context.read() is grpc.aio.EOF
        return b"all"

    async with front(kind, unary(method)) as (_, channel):
        call = channel.unary_unary(path("Call"))(b"y" * 1_000_000)
        await asyncio.sleep(0.05)
        asked.set()
        assert await call == b"all"


async def test_a_stop_lets_calls_end_and_cancels_those_that_do_not(kind: str) -> None:
    began, go_on, cancelled = asyncio.Semaphore(0), asyncio.Event(), asyncio.Event()

    async def method(requests: Any, _: Any) -> bytes:
        began.release()
        async for request in requests:
            if request == b"short":
                await go_on.wait()
                return b"done"
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return b""

    async with front(kind, unary(method)) as (server, channel):
        short = channel.unary_unary(path("Call"))(b"short")
        long = channel.unary_unary(path("Call"))(b"long")
        await began.acquire()
        await began.acquire()
        stopping = asyncio.create_task(server.stop(0.5))
        await asyncio.sleep(0.05)
        go_on.set()
        assert await short == b"done"
        assert await long.code() in {grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE}
        await asyncio.wait_for(cancelled.wait(), PATIENCE_S)
        await asyncio.wait_for(stopping, PATIENCE_S)


async def test_a_method_that_goes_on_after_a_stop_does_no_harm(kind: str) -> None:
    began, tried = asyncio.Event(), asyncio.Event()

    async def stubborn(_: Any, context: Any) -> None:
        began.set()
        for _ in range(20):
            try:
                await asyncio.sleep(0.01)
                await context.write(b"x")
            except (asyncio.CancelledError, grpc.aio.BaseError):
                continue
        tried.set()

    handlers = {"Call": grpc.stream_stream_rpc_method_handler(stubborn)}
    async with front(kind, handlers) as (server, channel):
        call = channel.stream_stream(path("Call"))()
        await began.wait()
        await server.stop(0)
        await asyncio.wait_for(tried.wait(), PATIENCE_S)
        call.cancel()
    gc.collect()


async def test_compressed_messages_large_ones_and_a_taken_port(kind: str) -> None:
    async def method(request: bytes, _: Any) -> bytes:
        return request

    handlers = {"Call": grpc.unary_unary_rpc_method_handler(method)}
    options = [("grpc.max_receive_message_length", 10_000), ("grpc.so_reuseport", 0)]
    async with front(kind, handlers, options=options) as (_, channel):
        call = channel.unary_unary(path("Call"))
        assert await call(b"x" * 9_000, compression=grpc.Compression.Gzip) == b"x" * 9_000
        refused = call(b"x" * 20_000)
        assert await refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    with pytest.raises(RuntimeError):
        async with front(kind, handlers) as (server, _):
            server.add_insecure_port("nowhere.invalid:1")


def kept_calls() -> set[int]:
    gc.collect()
    return {id(one) for one in gc.get_objects() if isinstance(one, Context | Call)}


async def test_many_calls_at_once_are_all_answered(kind: str) -> None:
    async def method(requests: Any, _: Any) -> bytes:
        return await anext(aiter(requests))

    before = kept_calls()  # a test that failed keeps those of its traceback
    async with front(kind, unary(method)) as (_, channel):
        call = channel.unary_unary(path("Call"))
        bodies = [b"%d" % n for n in range(1_000)]
        assert await asyncio.gather(*map(call, bodies)) == bodies
        left = channel.unary_unary(path("Call"))(b"")
        left.cancel()
    assert kept_calls() <= before
