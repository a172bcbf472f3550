"""The table from error to status, each row over a real channel."""

from __future__ import annotations

import asyncio

import grpc
import pytest
import structlog
from google.rpc import error_details_pb2, status_pb2

from headwater.v1 import catalog_service_pb2 as catalog
from headwater.v1 import catalog_service_pb2_grpc as catalog_grpc
from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as feedback
from headwater.v1 import feedback_service_pb2_grpc as feedback_grpc
from headwater.v1 import recommendation_service_pb2 as recommendation
from headwater.v1 import recommendation_service_pb2_grpc as recommendation_grpc
from headwater_server import errors
from headwater_server.api.errors import TABLE
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import channel_to
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S, eventually

ROWS = [
    (errors.InvalidRequest("min_offset", "is no offset"), "INVALID_ARGUMENT"),
    (errors.NotFound("item_id", "boots"), "NOT_FOUND"),
    (errors.Overloaded(70), "RESOURCE_EXHAUSTED"),
    (errors.StoreUnavailable(), "UNAVAILABLE"),
    (errors.DeadlineExceeded(), "DEADLINE_EXCEEDED"),
]

QUESTION = recommendation.RecommendRequest(visitor_id="v1")
CLICK = feedback.FeedbackRequest(events=[event_pb2.Event(event_id="e1", event_type="click")])


def details(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    packed = dict(error.trailing_metadata())["grpc-status-details-bin"]
    return status_pb2.Status.FromString(packed)


def test_every_domain_error_has_its_row() -> None:
    of_calls = set(errors.HeadwaterError.__subclasses__()) - {errors.CommandFailed}
    assert of_calls == {one for one in TABLE if errors.HeadwaterError in one.__bases__}


@pytest.mark.parametrize(("error", "code"), ROWS, ids=[code for _, code in ROWS])
async def test_a_domain_error_reaches_the_caller_with_its_status_and_text(error, code) -> None:
    replica = DictReplica()
    replica.faults = [error]
    async with channel_to(replica) as channel:
        stub = recommendation_grpc.RecommendationServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Recommend(QUESTION, timeout=PATIENCE_S)
    assert (caught.value.code().name, caught.value.details()) == (code, str(error))


async def test_an_invalid_request_names_its_field_for_programs_too() -> None:
    async with channel_to(DictReplica()) as channel:
        stub = feedback_grpc.FeedbackServiceStub(channel)
        no_id = feedback.FeedbackRequest(events=[*CLICK.events, event_pb2.Event()])
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Feedback(no_id, timeout=PATIENCE_S)
    bad_request = error_details_pb2.BadRequest()
    assert details(caught.value).details[0].Unpack(bad_request)
    assert bad_request.field_violations[0].field == "events[1].event_id"
    assert caught.value.details() == "events[1].event_id is required"


async def test_overload_says_when_to_come_back() -> None:
    replica = DictReplica()
    replica.faults = [errors.Overloaded(70)]
    async with channel_to(replica) as channel:
        stub = recommendation_grpc.RecommendationServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Recommend(QUESTION, timeout=PATIENCE_S)
    retry = error_details_pb2.RetryInfo()
    assert details(caught.value).details[0].Unpack(retry)
    assert retry.retry_delay.ToMilliseconds() == 70
    assert dict(caught.value.trailing_metadata())["grpc-retry-pushback-ms"] == "70"


async def test_the_text_of_an_unknown_error_stays_in_the_log_under_the_id_that_is_sent() -> None:
    replica = DictReplica()
    replica.faults = [RuntimeError("redis://user:secret@10.0.0.1")]
    with structlog.testing.capture_logs() as lines:
        async with channel_to(replica) as channel:
            stub = feedback_grpc.FeedbackServiceStub(channel)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.Feedback(CLICK, timeout=PATIENCE_S, metadata=[("x-request-id", "r7")])
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in repr(caught.value)
    failed = next(line for line in lines if line["event"] == "call failed")
    assert failed["error_id"] in caught.value.details()
    assert "secret" in str(failed["exc_info"])
    line = next(line for line in lines if line["event"] == "call")
    assert (line["request_id"], line["failed"]) == ("r7", "RuntimeError")


async def test_a_filter_that_does_not_parse_is_named_with_its_position() -> None:
    async with channel_to(DictReplica()) as channel:
        stub = recommendation_grpc.RecommendationServiceStub(channel)
        request = recommendation.RecommendRequest(visitor_id="v", filter='tags: ANY("x") AND')
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Recommend(request, timeout=PATIENCE_S)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "filter at character 19" in caught.value.details()


async def test_an_item_that_nobody_knows_is_not_found() -> None:
    async with channel_to(DictReplica()) as channel:
        stub = catalog_grpc.CatalogServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.GetItem(catalog.GetItemRequest(item_id="boots"), timeout=PATIENCE_S)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_too_many_calls_are_refused_at_once_and_writes_never_keep_readers_out() -> None:
    replica = DictReplica()
    replica.pause = asyncio.Event()
    async with channel_to(replica, ApiSettings(writes_max=2, stop_grace_s=0)) as channel:
        writer = feedback_grpc.FeedbackServiceStub(channel)
        waiting = [
            asyncio.ensure_future(writer.Feedback(CLICK, timeout=PATIENCE_S)) for _ in range(2)
        ]
        await eventually(lambda: len(replica.received) == 2)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await writer.Feedback(CLICK, timeout=PATIENCE_S)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        reader = recommendation_grpc.RecommendationServiceStub(channel)
        reading = asyncio.ensure_future(reader.Recommend(QUESTION, timeout=PATIENCE_S))
        await eventually(lambda: replica.asked)
        replica.pause.set()
        assert len((await asyncio.gather(*waiting))[0].results) == 1
        assert (await reading).recommendation_id
        assert (
            await writer.Feedback(CLICK, timeout=PATIENCE_S)
        ).results  # the limit is on calls under way


async def test_a_message_that_is_too_large_is_refused() -> None:
    async with channel_to(DictReplica(), ApiSettings(message_bytes_max=1000)) as channel:
        stub = recommendation_grpc.RecommendationServiceStub(channel)
        large = recommendation.RecommendRequest(visitor_id="v" * 2000)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Recommend(large, timeout=PATIENCE_S)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
