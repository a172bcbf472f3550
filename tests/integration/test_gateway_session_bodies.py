"""Who is no backend sends little: a page, and what looks like a session until the server knows."""

from __future__ import annotations

import json
import time

import grpc
import pytest

from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from headwater_server.api.access.sessions import Session, signed
from tests.integration.gateway_server import KEY, PAGE_KEY, framed
from tests.integration.test_gateway_admission import BODY_MAX, FEEDBACK, events, gateway
from tests.integration.waiting import PATIENCE_S

NO_SESSION = "hws1.x"
PERSONS = {"has_persons": True, "gateway_page_body_bytes_max": BODY_MAX}


def bearer(key):
    return {"authorization": f"Bearer {key}", "content-type": "application/json"}


def session():
    return signed(Session("anna (7)", "7", "operate", int(time.time()) + 600), KEY)


async def of_unknown_size(content=b"{}"):
    yield content


async def native(client, key, count):
    """Send events as a native gRPC client does: without content-length."""
    host = f"{client.base_url.host}:{client.base_url.port}"
    sent = [event_pb2.Event(event_id=f"e{n}", visitor_id="v" * 100) for n in range(count)]
    async with grpc.aio.insecure_channel(host) as channel:
        call = pb_grpc.FeedbackServiceStub(channel).Feedback
        metadata = (("authorization", f"Bearer {key}"),)
        request = pb.FeedbackRequest(events=sent)
        return await call(request, metadata=metadata, timeout=PATIENCE_S)


async def test_where_nobody_signs_in_it_is_no_key():
    async with gateway() as client:
        refused = await client.post(FEEDBACK, content=of_unknown_size(), headers=bearer(NO_SESSION))
        assert refused.status_code == 401  # not 411, as for who may send a small one


@pytest.mark.parametrize("key", [NO_SESSION, session()], ids=["none", "one"])
async def test_a_native_client_with_a_session_says_how_large_its_body_is(key):
    async with gateway(**PERSONS) as client:
        for count in (1, 1000):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await native(client, key, count)
            assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert "content-length" in refused.value.details()
        assert (await native(client, PAGE_KEY, 1)).results


async def test_a_native_client_with_a_page_key_sends_a_small_body_without_its_size():
    async with gateway(gateway_page_body_bytes_max=BODY_MAX) as client:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await native(client, PAGE_KEY, 1000)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "gateway_page_body_bytes_max" in refused.value.details()
        assert (await native(client, PAGE_KEY, 1)).results
        assert (await native(client, KEY, 1000)).results


async def test_a_page_sends_a_small_body_over_grpc_web():
    path = "/headwater.v1.FeedbackService/Feedback"
    headers = bearer(PAGE_KEY) | {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}
    async with gateway(gateway_page_body_bytes_max=BODY_MAX) as client:
        for count, status in ((1, None), (1000, "3")):  # what is learned says so in its trailers
            sent = [event_pb2.Event(event_id=f"e{n}", visitor_id="v" * 100) for n in range(count)]
            body = framed(pb.FeedbackRequest(events=sent).SerializeToString())
            answer = await client.post(path, content=body, headers=headers)
            assert answer.headers.get("grpc-status") == status, answer.headers


@pytest.mark.parametrize("key", [NO_SESSION, session()], ids=["none", "one"])
async def test_no_method_has_a_large_body_with_a_session(key):
    large = json.dumps(events(100)).encode()
    async with gateway(**PERSONS) as client:
        for method in ("POST", "GET"):
            refused = await client.request(method, FEEDBACK, content=large, headers=bearer(key))
            assert (refused.status_code, method) == (413, method)
        unknown = of_unknown_size(large)
        path = "/v1/serving"
        refused = await client.request("GET", path, content=unknown, headers=bearer(key))
        assert refused.status_code == 413


async def test_a_session_works():
    async with gateway(**PERSONS) as client:
        assert (await client.post(FEEDBACK, json=events(2), headers=bearer(session()))).is_success
        said = await client.get("/v1/serving", headers=bearer(session()))
        assert said.json()["scopes"]
