"""What is wrong for each field of each request."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from tests.integration.request_fields import is_map

Spoil = Callable[[Any, str], None]


def value(bad: Any) -> Spoil:
    def spoil(holder, name):
        if isinstance(getattr(holder, name), str | int | float):
            setattr(holder, name, bad)
        else:
            getattr(holder, name).append(bad)

    return spoil


def missing(holder, name):
    holder.ClearField(name)


def count(number: int) -> Spoil:
    """Make it so many: of texts, messages or names."""

    def spoil(holder, name):
        field = holder.DESCRIPTOR.fields_by_name[name]
        held = getattr(holder, name)
        if is_map(field):
            for n in range(number):
                held[f"name {n}"].number = 1
        elif field.message_type is None:
            held.extend(["x"] * (number - len(held)))
        else:
            first = held[0]
            for n in range(1, number):
                held.add().CopyFrom(first)
                if hasattr(first, "event_id"):
                    held[-1].event_id = f"more {n}"

    return spoil


def name_of_bytes(length: int) -> Spoil:
    def spoil(holder, name):
        getattr(holder, name)["x" * length].number = 1

    return spoil


def nothing_said(holder, name):
    getattr(holder, name)["k"].Clear()


def time(seconds: int, nanos: int = 0) -> Spoil:
    return lambda holder, name: getattr(holder, name).CopyFrom(
        Timestamp(seconds=seconds, nanos=nanos)
    )


def mask(*paths: str) -> Spoil:
    return lambda holder, name: getattr(holder, name).CopyFrom(FieldMask(paths=paths))


ID = (value("x" * 129), value("é" * 65))
REQUIRED = (missing, *ID)
IDS = (value(""), *ID, count(1001))
NUMBER = (value(math.nan), value(math.inf), value(-math.inf), value(1.1e12), value(-1.1e12))
TIME = (time(2**60), time(-(2**60)), time(0, -1), time(0, 10**9), time(253402300800))
VALUES = (count(101), name_of_bytes(129), name_of_bytes(0), nothing_said)
LABELS = (count(101), value(""), value("x" * 257))
PAGE = (value(-1), value(-(2**31)))
FILTER = (
    value("price <"),
    value("price < 1 AND " * 500),
    value('"'),
    value(" OR ".join(f"a = {n}" for n in range(40))),
)
ADDRESS = (
    value("javascript:alert(1)"), value("//cdn.example/a.jpg"), value("img/a.jpg"),
    value("https://"), value("https://a b"), value("/" + "x" * 2048),
)  # fmt: skip
OFFSET = (value("yesterday"), value("1-2-3"), value("x" * 129), value("-1-0"))
TOKEN = (value("page 2"), value("x" * 400), value("_w"), value("né"))
WRITES = (missing, count(1001))


def among_good(spoil: Spoil) -> Spoil:
    """Spoil one field of a choice whose other fields are good."""

    def spoiled(choice: Any, name: str) -> None:
        choice.propensity, choice.mode = 0.5, "online"
        spoil(choice, name)

    return spoiled


def chosen(field: str, number: float) -> Spoil:
    """Give the event a choice, which is good by itself."""

    def spoiled(event: Any, name: str) -> None:
        choice = getattr(event, name)
        choice.mode = "online"
        setattr(choice, field, number)

    return spoiled


def chances(*more: float) -> tuple[Spoil, ...]:
    """Return what is no chance."""
    return tuple(among_good(value(one)) for one in (-0.1, 1.5, math.nan, math.inf, *more))


def weights() -> tuple[Spoil, ...]:
    """Return what is no weight."""
    return tuple(among_good(value(one)) for one in (-0.1, 1e13, math.nan, math.inf))


REFUSED: dict[str, tuple[Spoil, ...]] = {
    "RecommendRequest.visitor_id": REQUIRED,
    "RecommendRequest.user_id": ID,
    "RecommendRequest.session_id": ID,
    "RecommendRequest.placement": ID,
    "RecommendRequest.page_size": PAGE,
    "RecommendRequest.candidate_item_ids": IDS,
    "RecommendRequest.exclude_item_ids": IDS,
    "RecommendRequest.context_item_ids": IDS,
    "RecommendRequest.filter": FILTER,
    "RecommendRequest.context": VALUES,
    "RecommendRequest.recommendation_id": ID,
    "RecommendRequest.min_offset": OFFSET,
    "RecommendRequest.exploration": (value(2), value(-1)),
    "RecommendRequest.diversity": (value(6), value(-1)),
    "RecommendRequest.objective": (value(4), value(-1)),
    "RecommendRequest.exclude_attribution_tokens": (
        value("forged"), value("x" * 40_000), value("né"), count(21),
    ),
    "ListSimilarItemsRequest.item_ids": (missing, value(""), *ID, count(101)),
    "ListSimilarItemsRequest.page_size": PAGE,
    "ListSimilarItemsRequest.filter": FILTER,
    "ListSimilarItemsRequest.min_offset": OFFSET,
    "ListTrendingItemsRequest.category": (value("x" * 257),),
    "ListTrendingItemsRequest.window": (value("year"), value("x" * 10_000)),
    "ListTrendingItemsRequest.page_size": PAGE,
    "ListTrendingItemsRequest.filter": FILTER,
    "ListTrendingItemsRequest.min_offset": OFFSET,
    "UpsertItemsRequest.writes": WRITES,
    "ItemWrite.item": (missing,),
    "ItemWrite.update_mask": (mask("nonsense"), mask("title", "item_id"), mask("")),
    "ItemWrite.set_time": TIME,
    "Item.item_id": REQUIRED,
    "Item.title": (value("x" * 1025),),
    "Item.categories": LABELS,
    "Item.price": (*NUMBER, value(-0.01)),
    "Item.currency_code": (value("EURO"), value("eur"), value("€")),
    "Item.tags": LABELS,
    "Item.features": VALUES,
    "Item.publish_time": TIME,
    "Item.expire_time": TIME,
    "Item.image_uri": ADDRESS,
    "Item.uri": ADDRESS,
    "Item.group_id": (value("x" * 129),),
    "DeleteItemsRequest.item_ids": (missing, *IDS),
    "DeleteItemsRequest.set_time": TIME,
    "GetItemRequest.item_id": REQUIRED,
    "ListItemsRequest.page_size": PAGE,
    "ListItemsRequest.page_token": TOKEN,
    "ListItemsRequest.filter": FILTER,
    "UpsertUsersRequest.writes": WRITES,
    "UserWrite.user": (missing,),
    "UserWrite.update_mask": (mask("nonsense"), mask("features."), mask("features." + "x" * 129)),
    "UserWrite.set_time": TIME,
    "User.user_id": REQUIRED,
    "User.features": VALUES,
    "GetUserRequest.user_id": (missing, *ID),
    "GetUserRequest.visitor_id": (value("bob"),),
    "EraseUserRequest.user_id": (missing, *ID),
    "EraseUserRequest.visitor_id": (value("bob"),),
    "UnlinkVisitorRequest.visitor_id": REQUIRED,
    "FeedbackRequest.events": WRITES,
    "StreamFeedbackRequest.events": WRITES,
    "Event.event_id": (missing,),
    "Value.text": (value("x" * 1025),),
    "Value.number": NUMBER,
    "ListMetricSamplesRequest.span": (value(3), value(-1)),
    "ListMetricSamplesRequest.start_time": TIME,
    "ListMetricSamplesRequest.names": (value(""), *ID, count(101)),
    "ListVisitorsRequest.page_size": PAGE,
    "ListVisitorsRequest.page_token": (*TOKEN, value("Ym9vdHMtNw")),
    "ListVisitorsRequest.query": ID,
    "ReplayQuarantinedEventsRequest.quarantine_ids": (
        missing, *IDS[:-1], value("e1"), value("05-7"), value("5-07"), count(501),
    ),
    "DropQuarantinedEventsRequest.quarantine_ids": (
        missing, *IDS[:-1], value("e1"), value("05-7"), value("5-07"), count(501),
    ),
    "ListQuarantinedEventsRequest.page_size": PAGE,
    "ListQuarantinedEventsRequest.page_token": (*TOKEN, value("Ym9vdHMtNw")),
    "ListQuarantinedEventsRequest.reason": (value("x" * 257),),
    "ListItemStatisticsRequest.page_size": PAGE,
    "ListItemStatisticsRequest.page_token": (*TOKEN, value("LTE"), value("MTIzNDU2Nzg5MDEy")),
    "ListItemStatisticsRequest.order": (value(6), value(-1)),
    "ListItemStatisticsRequest.placement": ID,
    "ListItemStatisticsRequest.item_ids": (value(""), *ID, count(101)),
    "ListItemStatisticsRequest.query": (value("x" * 257),),
    "ListItemStatisticsRequest.filter": FILTER,
    "GetPerformanceRequest.start_time": TIME,
    "GetPerformanceRequest.end_time": TIME,
    "GetPerformanceRequest.compare_start_time": (*TIME, missing),
    "GetPerformanceRequest.compare_end_time": (*TIME, missing),
    "GetPerformanceRequest.group_by": (value("items"), value(""), count(101)),
    "GetPerformanceRequest.placement": ID,
    "GetPerformanceRequest.policy": ID,
    "GetPerformanceRequest.item_id": ID,
    "GetPerformanceRequest.currency_code": (value("EURO"), value("eur"), value("€")),
    "GetPerformanceRequest.page_size": PAGE,
    "GetPerformanceRequest.page_token": (*TOKEN, value("Ym9vdHMtNw"), value("MUAy")),
}  # fmt: skip
"""INVALID_ARGUMENT, with the field, and nothing done."""

QUARANTINED: dict[str, tuple[Spoil, ...]] = {
    "Event.event_id": ID,
    "Event.event_type": (missing, value("nonsense"), *ID),
    "Event.visitor_id": REQUIRED,
    "Event.user_id": ID,
    "Event.session_id": ID,
    "Event.items": (missing, count(1001)),
    "Event.value": NUMBER,
    "Event.reward": (*NUMBER, value(2.0), value(-2.0), value(1.0000001)),
    "Event.event_time": (time(2**60), time(-(2**60)), time(253402300800)),
    "Event.attribution_token": (value("forged"), value("x" * 40_000), value("né")),
    "Event.placement": ID,
    "Event.position": (value(-1), value(-(2**31))),
    "Event.context": (count(101), name_of_bytes(129), name_of_bytes(0)),
    "Event.choice": (chosen("propensity", 0.5),),  # of a view, which shows nothing
    "Choice.propensity": chances(0.0),
    "Choice.policy_propensity": chances(),
    "Choice.random_propensity": chances(),
    "Choice.baseline_propensity": chances(),
    "Choice.slot": (among_good(value("x" * 129)),),
    "Choice.mode": (among_good(value("learning")), among_good(value(""))),
    "Choice.wait_ms": (among_good(value(-1)), among_good(value(2**62))),
    "Choice.policy_weight": weights(),
    "Choice.random_weight": weights(),
    "Choice.baseline_weight": weights(),
    "EventItem.item_id": REQUIRED,
    "EventItem.quantity": (*NUMBER, value(1_000_001.0), value(-1e9)),
    "EventItem.price": (*NUMBER, value(-0.01)),
    "EventItem.currency_code": (
        value("EURO"),
        value("x" * 100_000),
        value("EU"),
        value("12!"),
        value("€"),
    ),
    "Value.text": (value("x" * 1025),),
    "Value.number": NUMBER,
}
"""Of an event: it is quarantined with the reason, the rest of the batch is learned."""

UNBOUNDED = {
    "RecommendRequest.explain",  # yes or no
    "RecommendRequest.first_slot_propensities",  # the same
    "ListSimilarItemsRequest.include_variants",
    "Item.available",  # yes or no
    "Choice.is_baseline",  # yes or no
    "Choice.covers_both",  # yes or no
    "GetModelRequest.compute_digest",  # yes or no
    "GetModelRequest.compare_replicas",  # yes or no
}
"""A new field is put here, or given its bad values: no field is forgotten."""
