"""The requests: of each method an ordinary one, and the most expensive that are allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.costs.experiments import experiments
from benchmarks.costs.shop import REGULAR, item_id
from headwater.v1 import (
    catalog_service_pb2,
    feedback_service_pb2,
    item_pb2,
    item_statistics_pb2,
    model_service_pb2,
    recommendation_service_pb2,
    user_service_pb2,
)
from headwater.v1.event_pb2 import Event, EventItem
from headwater.v1.value_pb2 import Value
from headwater_server.api.translate.pages import page_token

WORST_FILTER = " OR ".join(f"weight = {n + 0.5}" for n in range(31)) + " OR price >= 0"
TEXTS_FILTER = "colour: ANY(" + ", ".join(f'"colour {n}"' for n in range(490)) + ")"
MANY = [item_id(n) for n in range(1_000)]
HUNDRED = MANY[:100]
CONTEXT = {f"name {n}": Value(text="x" * 1_024) for n in range(100)}

Named = tuple[str, str, Any]


def requests(items: int) -> Iterator[Named]:
    """Yield (method, name, message); those that write come last."""
    yield from _recommend()
    yield from _lists(items)
    yield from _operators()
    yield from experiments()
    yield from _writes(items)


def _recommend() -> Iterator[Named]:
    ask = recommendation_service_pb2.RecommendRequest
    regular: dict[str, Any] = {"visitor_id": REGULAR, "placement": "home"}
    varied: dict[str, Any] = {
        "diversity": recommendation_service_pb2.DIVERSITY_AUTO,
        "page_size": 100,
    }
    explained: dict[str, Any] = varied | {"explain": True, "first_slot_propensities": True}
    beside: dict[str, Any] = {
        "exclude_item_ids": MANY,
        "context_item_ids": MANY[::-1],
        "context": CONTEXT,
    }
    yield "Recommend", "20 items", ask(**regular)
    yield "Recommend", "explain, 100 items", ask(**regular, page_size=100, explain=True)
    yield "Recommend", "diversity auto, 100 items", ask(**regular, **varied)
    yield "Recommend", "worst filter", ask(**regular, page_size=100, filter=WORST_FILTER)
    yield "Recommend", "1,000 candidates", ask(**regular, candidate_item_ids=MANY)
    yield (
        "Recommend",
        "1,000 candidates, explain, auto",
        ask(**regular, **explained, candidate_item_ids=MANY),
    )
    yield (
        "Recommend",
        "all fields",
        ask(**regular, **explained, **beside, filter=WORST_FILTER),
    )
    yield (
        "Recommend",
        "all fields, 1,000 candidates",
        ask(
            **regular,
            **explained,
            context=CONTEXT,
            candidate_item_ids=MANY,
            context_item_ids=MANY[500:],
        ),
    )


def _lists(items: int) -> Iterator[Named]:
    api = recommendation_service_pb2
    similar, trending = api.ListSimilarItemsRequest, api.ListTrendingItemsRequest
    yield "ListSimilarItems", "1 id", similar(item_ids=HUNDRED[:1])
    yield "ListSimilarItems", "20 ids", similar(item_ids=HUNDRED[:20], page_size=100)
    yield "ListSimilarItems", "100 ids", similar(item_ids=HUNDRED, page_size=100)
    yield (
        "ListSimilarItems",
        "100 ids, worst filter",
        similar(item_ids=HUNDRED, page_size=100, filter=WORST_FILTER),
    )
    yield "ListTrendingItems", "20 items", trending()
    yield (
        "ListTrendingItems",
        "100 items, worst filter",
        trending(page_size=100, category="c1", filter=WORST_FILTER),
    )
    catalog = catalog_service_pb2
    middle = catalog.ListItemsRequest(page_size=1_000, page_token=page_token("item-5"))
    yield "GetItem", "", catalog.GetItemRequest(item_id=item_id(items // 2))
    yield "ListItems", "50 items", catalog.ListItemsRequest()
    yield "ListItems", "1,000 items in the middle", middle
    yield (
        "ListItems",
        "1,000 items, worst filter",
        catalog.ListItemsRequest(page_size=1_000, filter=WORST_FILTER),
    )
    yield (
        "ListItems",
        "none of many passes",
        catalog.ListItemsRequest(page_size=1_000, filter="weight < -1"),
    )
    user = user_service_pb2
    yield "GetUser", "200 items", user.GetUserRequest(visitor_id=REGULAR)
    yield "ListVisitors", "500 recent", user.ListVisitorsRequest(page_size=500)
    yield "ListVisitors", "by a text", user.ListVisitorsRequest(query="9", page_size=500)


def _operators() -> Iterator[Named]:
    api = model_service_pb2
    statistics = api.ListItemStatisticsRequest
    yield "GetModel", "", api.GetModelRequest()
    yield "GetModel", "compute_digest", api.GetModelRequest(compute_digest=True)
    yield "GetModel", "compare_replicas", api.GetModelRequest(compare_replicas=True)
    yield "GetMetrics", "", api.GetMetricsRequest()
    yield "ListMetricSamples", "", api.ListMetricSamplesRequest()
    yield "GetServing", "", api.GetServingRequest()
    yield "ListReplicas", "", api.ListReplicasRequest()
    yield "GetStorage", "", api.GetStorageRequest()
    yield "ListQuarantinedEvents", "", api.ListQuarantinedEventsRequest(page_size=1_000)
    yield "ListItemStatistics", "50 items", statistics()
    yield "ListItemStatistics", "100 ids", statistics(item_ids=HUNDRED)
    yield "ListItemStatistics", "query", statistics(query="word7", page_size=500)
    trend = item_statistics_pb2.ITEM_ORDER_TRENDING
    yield (
        "ListItemStatistics",
        "query, worst filter, trend",
        statistics(query="word", page_size=500, filter=WORST_FILTER, order=trend),
    )


def _writes(items: int) -> Iterator[Named]:
    event: dict[str, Any] = {"event_type": "click", "visitor_id": REGULAR}
    send = feedback_service_pb2.FeedbackRequest
    one = Event(event_id="one", items=[EventItem(item_id=HUNDRED[0])], **event)
    yield "Feedback", "1 event", send(events=[one])
    basket = Event(event_id="basket", items=[EventItem(item_id=one) for one in MANY], **event)
    yield "Feedback", "1,000 items", send(events=[basket])
    seen = Event(
        event_id="seen",
        event_type="impression",
        visitor_id=REGULAR,
        items=[EventItem(item_id=one) for one in MANY],
    )
    yield "Feedback", "1,000 seen items", send(events=[seen])
    acts = [
        Event(event_id=f"act {n}", items=[EventItem(item_id=MANY[n])], **event)
        for n in range(1_000)
    ]
    yield "Feedback", "1,000 events", send(events=acts)
    writes = [item_pb2.ItemWrite(item=_rich(n)) for n in range(items, items + 1_000)]
    yield (
        "UpsertItems",
        "1,000 items of 2 kB",
        catalog_service_pb2.UpsertItemsRequest(writes=writes),
    )
    yield "DeleteItems", "1,000 items", catalog_service_pb2.DeleteItemsRequest(item_ids=MANY)
    users = user_service_pb2
    features = {f"f{n}": Value(text="x" * 20) for n in range(100)}
    described = [
        users.UserWrite(user=users.User(user_id=f"user-{n}", features=features))
        for n in range(1_000)
    ]
    yield "UpsertUsers", "1,000 of 100 features", users.UpsertUsersRequest(writes=described)
    yield "EraseUser", "", users.EraseUserRequest(visitor_id=REGULAR)


def _rich(number: int) -> item_pb2.Item:
    return item_pb2.Item(
        item_id=item_id(number),
        title=f"title {number} " * 10,
        categories=[f"c{n}" for n in range(20)],
        tags=[f"t{n}" for n in range(20)],
        price=float(number % 300),
        features={f"f{n}": Value(text=f"value {number * n % 1_000}") for n in range(50)},
    )
