"""Each RPC of this release, over a real channel."""

from __future__ import annotations

import grpc
import pytest

from headwater.v1 import catalog_service_pb2 as catalog
from headwater.v1 import catalog_service_pb2_grpc as catalog_grpc
from headwater.v1 import event_pb2, item_pb2, value_pb2
from headwater.v1 import feedback_service_pb2 as feedback
from headwater.v1 import feedback_service_pb2_grpc as feedback_grpc
from headwater.v1 import model_service_pb2 as model
from headwater.v1 import model_service_pb2_grpc as model_grpc
from headwater.v1 import recommendation_service_pb2 as recommendation
from headwater.v1 import recommendation_service_pb2_grpc as recommendation_grpc
from headwater.v1 import user_service_pb2 as user
from headwater.v1 import user_service_pb2_grpc as user_grpc
from tests.integration.api_server import channel_to
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S


def click(event_id: str, item_id: str, quantity: float = 1.0) -> event_pb2.Event:
    item = event_pb2.EventItem(item_id=item_id, quantity=quantity)
    return event_pb2.Event(event_id=event_id, event_type="click", visitor_id="v", items=[item])


async def test_events_are_answered_in_order_and_the_next_list_has_learned() -> None:
    events = [click("1", "boots"), click("1", "boots"), click("1", "hat"), click("2", "x", 1e999)]
    async with channel_to(DictReplica()) as channel:
        request = feedback.FeedbackRequest(events=events)
        answer = await feedback_grpc.FeedbackServiceStub(channel).Feedback(
            request, timeout=PATIENCE_S
        )
        question = recommendation.RecommendRequest(visitor_id="v", min_offset=answer.offset)
        stub = recommendation_grpc.RecommendationServiceStub(channel)
        slate = await stub.Recommend(question, timeout=PATIENCE_S)
    assert [result.event_id for result in answer.results] == ["1", "1", "1", "2"]
    assert [result.status for result in answer.results] == [1, 2, 3, 4]
    assert answer.results[3].detail == "a quantity is not finite"
    assert [result.item_id for result in slate.results] == ["boots"]
    assert not slate.results[0].HasField("probability")
    assert slate.recommendation_id


async def test_an_item_comes_back_as_it_was_written() -> None:
    item = item_pb2.Item(
        item_id="boots",
        title="Rain boots",
        categories=["shoes"],
        price=49.5,
        currency_code="EUR",
        available=False,
        tags=["rain"],
        features={"height": value_pb2.Value(number=31), "colour": value_pb2.Value(text="red")},
    )
    item.expire_time.seconds = 2_000_000_000
    async with channel_to(DictReplica()) as channel:
        stub = catalog_grpc.CatalogServiceStub(channel)
        writes = [item_pb2.ItemWrite(item=item)]
        answer = await stub.UpsertItems(
            catalog.UpsertItemsRequest(writes=writes), timeout=PATIENCE_S
        )
        found = await stub.GetItem(catalog.GetItemRequest(item_id="boots"), timeout=PATIENCE_S)
    assert [result.status for result in answer.results] == [item_pb2.WRITE_STATUS_APPLIED]
    assert found.item == item


async def test_a_call_with_one_bad_write_does_nothing() -> None:
    replica = DictReplica()
    good = item_pb2.ItemWrite(item=item_pb2.Item(item_id="a"))
    bad = item_pb2.ItemWrite(item=item_pb2.Item(item_id="b", price=-1))
    async with channel_to(replica) as channel:
        stub = catalog_grpc.CatalogServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError, match=r"writes\[1\]\.item\.price is below 0"):
            await stub.UpsertItems(
                catalog.UpsertItemsRequest(writes=[good, bad]), timeout=PATIENCE_S
            )
    assert not replica.items


async def test_the_model_says_where_it_stands() -> None:
    async with channel_to(DictReplica()) as channel:
        stub = model_grpc.ModelServiceStub(channel)
        found = await stub.GetModel(model.GetModelRequest(compute_digest=True), timeout=PATIENCE_S)
        figures = await stub.GetMetrics(model.GetMetricsRequest(), timeout=PATIENCE_S)
    assert (found.offset, found.digest, dict(found.counts)) == ("0", "d1", {"items": 0})
    assert found.memory_bytes == 1 << 40
    assert figures.metrics[0].name == "hit_rate_at_20"
    assert figures.metrics[0].count == 2**40
    [alarm] = figures.drift_alarms
    assert (alarm.placement, alarm.name) == ("all", "ranking_loss")
    assert alarm.direction == model.DRIFT_DIRECTION_WORSE
    assert (alarm.events_learned, alarm.mean_before, alarm.mean_after) == (2**33, 0.5, 0.75)
    assert alarm.detect_time.ToMilliseconds() == 1_700_000_000_123


async def test_the_catalogue_is_listed_page_by_page_and_what_is_taken_out_is_gone() -> None:
    writes = [item_pb2.ItemWrite(item=item_pb2.Item(item_id=f"item {n}")) for n in range(7)]
    async with channel_to(DictReplica()) as channel:
        stub = catalog_grpc.CatalogServiceStub(channel)
        await stub.UpsertItems(catalog.UpsertItemsRequest(writes=writes), timeout=PATIENCE_S)
        gone = await stub.DeleteItems(
            catalog.DeleteItemsRequest(item_ids=["item 3"]), timeout=PATIENCE_S
        )
        pages, token = [], ""
        while not pages or token:
            request = catalog.ListItemsRequest(page_size=3, page_token=token)
            answer = await stub.ListItems(request, timeout=PATIENCE_S)
            pages.append([item.item_id[-1] for item in answer.items])
            token = answer.next_page_token
    assert pages == [["0", "1", "2"], ["4", "5", "6"]]
    assert [result.item_id for result in gone.results] == ["item 3"]
    assert gone.offset


async def test_an_account_is_written_and_read() -> None:
    ann = user.User(user_id="ann", features={"segment": value_pb2.Value(text="vip")})
    async with channel_to(DictReplica()) as channel:
        stub = user_grpc.UserServiceStub(channel)
        write = user.UpsertUsersRequest(writes=[user.UserWrite(user=ann)])
        written = await stub.UpsertUsers(write, timeout=PATIENCE_S)
        found = await stub.GetUser(user.GetUserRequest(user_id="ann"), timeout=PATIENCE_S)
        with pytest.raises(grpc.aio.AioRpcError, match="visitor_id 'bob' is not known"):
            await stub.GetUser(user.GetUserRequest(visitor_id="bob"), timeout=PATIENCE_S)
    assert [result.status for result in written.results] == [item_pb2.WRITE_STATUS_APPLIED]
    assert found.user == ann


async def test_lists_for_nobody_are_answered_and_wait_for_their_offset() -> None:
    async with channel_to(DictReplica()) as channel:
        request = feedback.FeedbackRequest(events=[click("1", "boots"), click("2", "hat")])
        learned = await feedback_grpc.FeedbackServiceStub(channel).Feedback(
            request, timeout=PATIENCE_S
        )
        stub = recommendation_grpc.RecommendationServiceStub(channel)
        like = recommendation.ListSimilarItemsRequest(item_ids=["hat"], min_offset=learned.offset)
        similar = await stub.ListSimilarItems(like, timeout=PATIENCE_S)
        trending = await stub.ListTrendingItems(
            recommendation.ListTrendingItemsRequest(min_offset=learned.offset), timeout=5
        )
        later = recommendation.ListTrendingItemsRequest(min_offset="99")
        with pytest.raises(grpc.aio.AioRpcError, match="min_offset was not reached"):
            await stub.ListTrendingItems(later, timeout=PATIENCE_S)
    assert [result.item_id for result in similar.results] == ["boots"]
    assert [result.item_id for result in trending.results] == ["boots", "hat"]
    assert trending.offset == learned.offset


async def test_a_short_list_says_why_and_the_pages_other_lists_arrive() -> None:
    replica = DictReplica()
    async with channel_to(replica) as channel:
        stub = recommendation_grpc.RecommendationServiceStub(channel)
        request = recommendation.RecommendRequest(
            visitor_id="v", exclude_attribution_tokens=["t1", "t2"]
        )
        answer = await stub.Recommend(request, timeout=PATIENCE_S)
    assert replica.shown == ["t1", "t2"]
    assert answer.shortfall == "only 0 items may be shown"
