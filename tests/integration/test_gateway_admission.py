"""What the gateway refuses from the headers alone: it holds no body of a caller without a key."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import grpc
import httpx
import pytest
from pydantic import SecretStr

from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from headwater_server.gateway.gateway import open_gateway
from tests.integration.api_server import free_port, serving
from tests.integration.dict_replica import DictReplica
from tests.integration.gateway_before import API, QUIET
from tests.integration.gateway_server import BEARER, KEY, PAGE_KEY
from tests.integration.waiting import PATIENCE_S, eventually

PAGES_API = replace(API, page_keys=SecretStr(f"{PAGE_KEY};scopes=feedback+recommend"))
PAGE_BEARER = {"authorization": f"Bearer {PAGE_KEY}"}
FEEDBACK = "/v1/feedback"
BODY_MAX = 2_000


@asynccontextmanager
async def gateway(deadline_max_s=API.deadline_max_s, has_persons=False, **settings):
    """Give a gateway that knows the server's keys, and a client of it."""
    changed = replace(QUIET, gateway=f"127.0.0.1:{free_port()}", **settings)
    async with AsyncExitStack() as parts:
        address = await parts.enter_async_context(serving(DictReplica(), PAGES_API))
        known = {"accesses": PAGES_API.accesses, "has_persons": has_persons}
        url = await open_gateway(changed, (address,), KEY, deadline_max_s, parts, **known)
        yield await parts.enter_async_context(httpx.AsyncClient(base_url=url, timeout=PATIENCE_S))


def events(count):
    one = {"eventType": "click", "visitorId": "v", "items": [{"itemId": "a"}]}
    return {"events": [{"eventId": f"e{n}", **one} for n in range(count)]}


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, "this server requires a key"),
        ({"authorization": "Bearer no-key-of-this-server"}, "contains no key of this server"),
        ({"authorization": "Basic eDp5"}, "requires a key"),
    ],
)
async def test_a_caller_without_a_key_is_refused_before_its_body(headers, text):
    async with gateway() as client:
        refused = await client.post(FEEDBACK, json=events(1), headers=headers)
        assert (refused.status_code, refused.json()["status"]) == (401, "UNAUTHENTICATED")
        assert text in refused.json()["message"]


async def unfinished(url, headers, size):
    """Send the headers of a large body and a part of it; return the first bytes of the answer."""
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = [f"POST {FEEDBACK} HTTP/1.1", "host: gateway", "content-type: application/json"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*head, f"content-length: {size}", "", ""]).encode() + b"{" * 1000)
    return reader, writer


async def test_it_does_not_wait_for_the_body_of_a_caller_without_a_key():
    async with gateway() as client:
        reader, writer = await unfinished(client.base_url, {}, 1_000_000)
        async with asyncio.timeout(PATIENCE_S):
            assert b" 401 " in await reader.readline()
        writer.close()


async def test_keys_are_accepted_in_every_way_in_which_they_are_sent():
    async with gateway() as client:
        for headers in (BEARER, PAGE_BEARER, {"authorization": f"bearer   {KEY}"}):
            learned = await client.post(FEEDBACK, json=events(1), headers=headers)
            assert learned.status_code == 200
        beacon = await client.post(f"{FEEDBACK}?key={PAGE_KEY}", json=events(1))
        assert beacon.status_code == 200


async def test_a_body_with_a_page_key_is_smaller_than_one_of_a_backend():
    async with gateway(gateway_page_body_bytes_max=BODY_MAX) as client:
        refused = await client.post(FEEDBACK, json=events(50), headers=PAGE_BEARER)
        assert (refused.status_code, refused.json()["status"]) == (413, "INVALID_ARGUMENT")
        assert "gateway_page_body_bytes_max" in refused.json()["message"]
        assert (await client.post(FEEDBACK, json=events(50), headers=BEARER)).status_code == 200
        assert (await client.post(FEEDBACK, json=events(5), headers=PAGE_BEARER)).is_success


@pytest.mark.parametrize("kind", ["grpc", "grpc+proto"])
async def test_a_native_body_of_a_page_is_small_if_its_size_is_known(kind):
    async with gateway(gateway_page_body_bytes_max=BODY_MAX) as client:
        headers = PAGE_BEARER | {"content-type": f"application/{kind}"}
        path, body = "/headwater.v1.FeedbackService/Feedback", b"x" * (BODY_MAX + 1)
        refused = await client.post(path, content=body, headers=headers)
        assert refused.headers["grpc-status"] == "3"
        assert "gateway_page_body_bytes_max" in refused.headers["grpc-message"]


async def test_a_page_says_how_large_its_body_is():
    async def body():
        yield json.dumps(events(1)).encode()

    async with gateway() as client:
        headers = PAGE_BEARER | {"content-type": "application/json"}
        refused = await client.post(FEEDBACK, content=body(), headers=headers)
        assert (refused.status_code, refused.json()["status"]) == (411, "INVALID_ARGUMENT")
        assert "content-length" in refused.json()["message"]
        streamed = await client.post(FEEDBACK, content=body(), headers=headers | BEARER)
        assert streamed.status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "GZip", "identity, gzip"])
async def test_an_encoded_body_is_refused_with_the_reason(encoding):
    """Whether it is what it says or not: nothing is decoded."""
    async with gateway() as client:
        headers = BEARER | {"content-encoding": encoding, "content-type": "application/json"}
        plain = json.dumps(events(1)).encode()
        for content in (plain, gzip.compress(plain)):
            refused = await client.post(FEEDBACK, content=content, headers=headers)
            assert (refused.status_code, refused.json()["status"]) == (415, "INVALID_ARGUMENT")
            assert "content-encoding" in refused.json()["message"]
        headers["content-encoding"] = "identity"
        assert (await client.post(FEEDBACK, content=plain, headers=headers)).status_code == 200


async def test_bodies_that_never_end_are_ended_when_the_memory_is_short():
    limits = {"gateway_memory_mb_max": 150, "gateway_body_bytes_max": 8_000_000}
    async with gateway(deadline_max_s=10 * PATIENCE_S, **limits) as client:
        opened = [await unfinished(client.base_url, BEARER, 7_900_000) for _ in range(60)]
        for _, writer in opened:
            writer.write(b" " * 7_000_000)  # 420 MB, if it kept them all

        async def honest():
            try:
                return (await client.post(FEEDBACK, json=events(1), headers=BEARER)).is_success
            except httpx.TransportError:
                return False

        async def answer_of(reader):
            try:
                return await reader.read()
            except ConnectionResetError:  # the answer is lost where bytes still came
                return b""

        reading = [asyncio.create_task(answer_of(reader)) for reader, _ in opened]
        try:
            await eventually(honest)
            # Envoy chooses which, and stops when there is memory again
            await eventually(lambda: sum(task.done() for task in reading) >= 20)
            ended = [task.result() for task in reading if task.done()]
        finally:
            for task, (_, writer) in zip(reading, opened, strict=True):
                task.cancel()
                writer.close()
        assert all(b" 200 " not in answer for answer in ended)


@pytest.mark.thorough
async def test_a_body_that_trickles_ends_and_a_stream_does_not():
    async with gateway(deadline_max_s=0.5) as client:
        host = f"{client.base_url.host}:{client.base_url.port}"
        reader, writer = await unfinished(client.base_url, BEARER, 1_000_000)
        async with grpc.aio.insecure_channel(host) as channel:
            stub = pb_grpc.FeedbackServiceStub(channel)
            stream = stub.StreamFeedback(metadata=tuple(BEARER.items()))
            with contextlib.suppress(ConnectionError):
                while not reader.at_eof():  # about ten seconds
                    writer.write(b"{")
                    await writer.drain()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1000), 1)
            event = event_pb2.Event(event_id="e1", event_type="click", visitor_id="v")
            await stream.write(pb.StreamFeedbackRequest(events=[event]))
            assert (await stream.read()).results[0].event_id == "e1"
            stream.cancel()
        writer.close()
