"""Browsers and gRPC callers through a real Envoy: gRPC-Web, CORS, foreign pages, streams."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator

import grpc
import httpx
import pytest
from google.rpc import error_details_pb2, status_pb2

from headwater import AsyncClient, Event, InvalidRequestError, Item
from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from headwater.v1 import recommendation_service_pb2 as recommendation_pb
from tests.integration.gateway_server import (
    BEARER,
    KEY,
    PAGE,
    PAGE_KEY,
    GatewayServer,
    caller,
    framed,
    gateway_server,
    unframed,
)
from tests.integration.waiting import PATIENCE_S

BODY_MAX = 20_000
FOREIGN = "https://evil.example"
WEB = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}
RECOMMEND = "/headwater.v1.RecommendationService/Recommend"
FEEDBACK = "/headwater.v1.FeedbackService/Feedback"
METADATA = (("authorization", BEARER["authorization"]),)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[GatewayServer]:
    limit = ("--gateway-body-bytes-max", str(BODY_MAX))
    with gateway_server(tmp_path_factory, *limit) as started:
        yield started


@pytest.fixture
async def web(server):
    async with caller(server, **WEB) as client:
        yield client


@pytest.fixture
async def native(server):
    async with AsyncClient(server.host, key=KEY) as client:
        yield client


async def test_native_grpc_is_passed_on(native):
    await native.upsert_items([Item("tent", title="Tent")])
    learned = await native.feedback([Event("click", "v", items=["tent"])])
    slate = await native.recommend("stranger", min_offset=learned.offset)
    assert "tent" in slate.item_ids
    with pytest.raises(InvalidRequestError, match="visitor_id is required"):
        await native.recommend("")


async def test_grpc_web_carries_messages_and_trailers(web):
    asked = recommendation_pb.RecommendRequest(visitor_id="v", recommendation_id="mine")
    answer = await web.post(RECOMMEND, content=framed(asked.SerializeToString()))
    (data, message), (trailers, said) = unframed(answer.content)
    assert (data, trailers) == (0, 128)
    assert recommendation_pb.RecommendResponse.FromString(message).recommendation_id == "mine"
    assert b"grpc-status:0" in said


async def test_grpc_web_errors_carry_the_field(web):
    answer = await web.post(RECOMMEND, content=framed(b""))
    assert (answer.status_code, answer.headers["grpc-status"]) == (200, "3")
    raw = answer.headers["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(base64.b64decode(raw + "=" * (-len(raw) % 4)))
    details = error_details_pb2.BadRequest()
    assert status.details[0].Unpack(details)
    assert details.field_violations[0].field == "visitor_id"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (framed(b"\n" + bytes(BODY_MAX)), {}, grpc.StatusCode.INVALID_ARGUMENT),
        (framed(b""), {"origin": FOREIGN}, grpc.StatusCode.PERMISSION_DENIED),
        (framed(b""), {"authorization": "Bearer wrong"}, grpc.StatusCode.UNAUTHENTICATED),
    ],
)
async def test_what_envoy_refuses_is_reported_to_grpc_web_callers_in_their_way(
    web, body, headers, status
):
    answer = await web.post(RECOMMEND, content=body, headers=headers)
    assert (answer.status_code, answer.headers["grpc-status"]) == (200, str(status.value[0]))
    assert answer.headers["grpc-message"]


async def test_what_envoy_refuses_is_reported_to_native_callers_in_theirs(server):
    async with grpc.aio.insecure_channel(server.host) as channel:
        call = channel.unary_unary(RECOMMEND)
        with pytest.raises(grpc.RpcError, match="gateway_body_bytes_max") as too_large:
            await call(bytes(BODY_MAX + 1), metadata=METADATA)
        assert too_large.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        with pytest.raises(grpc.RpcError) as nowhere:
            await channel.unary_unary("/grpc.reflection.v1.ServerReflection/Any")(
                b"", metadata=METADATA
            )
        assert nowhere.value.code() is grpc.StatusCode.NOT_FOUND  # not for everybody to see


def preflight(origin):
    return {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-grpc-web,grpc-timeout",
    }


@pytest.mark.parametrize("path", ["/v1/feedback", RECOMMEND])
async def test_a_page_of_ours_may_ask_and_read(server, web, path):
    own = server.url.replace("127.0.0.1", "localhost")  # what the gateway itself serves
    for origin in (PAGE, own, server.url):
        asked = await web.options(path, headers=preflight(origin))
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == origin
        assert asked.headers["access-control-allow-credentials"] == "true"  # beacons want it
        allowed = asked.headers["access-control-allow-headers"]
        assert {"authorization", "content-type", "x-grpc-web", "grpc-timeout"} <= set(
            allowed.replace(" ", "").split(",")
        )
    refused = await web.post(path, content=framed(b""), headers={"origin": PAGE})
    assert refused.headers["access-control-allow-origin"] == PAGE  # an error can be read, too
    assert "grpc-status-details-bin" in refused.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origin", [FOREIGN, "null", PAGE.replace("https", "http"), PAGE + ":444"])
async def test_a_foreign_page_is_refused_and_teaches_nothing(server, native, web, origin):
    before = await native.get_model(compute_digest=True)
    asked = await web.options("/v1/feedback", headers=preflight(origin))
    assert "access-control-allow-origin" not in asked.headers
    event = {"eventId": "evil", "eventType": "click", "visitorId": "v", "items": [{"itemId": "a"}]}
    beacon = {"origin": origin, "content-type": "text/plain;charset=UTF-8"}  # no preflight
    for key in (KEY, PAGE_KEY):
        path = f"/v1/feedback?key={key}"
        sent = await web.post(path, content=json.dumps({"events": [event]}), headers=beacon)
        assert (sent.status_code, sent.json()["status"]) == (403, "PERMISSION_DENIED")
        assert "gateway_origins" in sent.json()["message"]
        assert "access-control-allow-origin" not in sent.headers
    batch = pb.FeedbackRequest(events=[event_pb2.Event(event_id="evil", visitor_id="v")])
    body = framed(batch.SerializeToString())
    assert (await web.post(FEEDBACK, content=body, headers={"origin": origin})).headers[
        "grpc-status"
    ] == "7"
    after = await native.get_model(compute_digest=True)
    assert (after.digest, after.offset) == (before.digest, before.offset)


async def test_a_stream_answers_each_batch_before_the_next_is_sent(server):
    async with grpc.aio.insecure_channel(server.host) as channel:
        stream = pb_grpc.FeedbackServiceStub(channel).StreamFeedback(metadata=METADATA)
        for number in range(3):
            event = event_pb2.Event(
                event_id=f"s{number}", event_type="click", visitor_id="v", items=[{"item_id": "a"}]
            )
            await stream.write(pb.StreamFeedbackRequest(events=[event]))
            async with asyncio.timeout(PATIENCE_S):  # a gateway that gathers would never answer
                answer = await stream.read()
            assert [result.event_id for result in answer.results] == [f"s{number}"]
        await stream.done_writing()
        assert await stream.read() is grpc.aio.EOF


async def test_a_stream_may_be_longer_than_a_body(server):
    async with AsyncClient(server.host, key=KEY) as client:

        async def batches():
            for number in range(30):
                yield [
                    Event("click", "v", items=["a"], event_id=f"long-{number}-{one}")
                    for one in range(20)
                ]

        answered = [len(answer.results) async for answer in client.stream_feedback(batches())]
    assert answered == [20] * 30


async def test_health_of_the_server_is_reported(server):
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    async with grpc.aio.insecure_channel(server.host) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest())
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(grpc.aio.AioRpcError) as refused:  # it would hold a place, without a key
            await stub.Watch(health_pb2.HealthCheckRequest(), timeout=PATIENCE_S).read()
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_many_calls_at_once_share_no_fate(native):
    slates = await asyncio.gather(*(native.recommend(f"v{number}") for number in range(200)))
    assert len({slate.recommendation_id for slate in slates}) == 200


async def test_the_web_process_is_started_beside_it_with_the_same_store(server):
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S) as browser:
        page = await browser.get("/console/")
        assert (page.status_code, page.headers["content-type"].split(";")[0]) == (200, "text/html")
        assert (await browser.get("/console")).headers["location"].endswith("/console/")
        ranked = await browser.post(
            "/personalizer/v1.0/rank",
            headers={"ocp-apim-subscription-key": KEY},
            json={"eventId": "ranked", "actions": [{"id": "tent", "features": []}]},
        )
    assert ranked.status_code == 201, ranked.text
    assert ranked.json()["rewardActionId"] == "tent"
