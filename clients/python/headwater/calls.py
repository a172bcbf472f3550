"""The calls of both clients: the method, the request, and how to read the answer.

The calls about items and accounts are in `headwater.catalogue_calls`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from headwater.events import Event, FeedbackAnswer
from headwater.lists import ItemList
from headwater.model import DriftAlarm, Metric, Model
from headwater.recommendations import Recommendation
from headwater.v1 import feedback_service_pb2 as feedback_pb2
from headwater.v1 import model_service_pb2 as model_pb2
from headwater.v1 import recommendation_service_pb2 as recommendation_pb2
from headwater.wire.events import feedback_answer, feedback_request
from headwater.wire.fields import built
from headwater.wire.lists import item_list
from headwater.wire.model import drift_alarms, metrics, model
from headwater.wire.recommendations import Question, recommend_request, recommendation
from headwater.wire.values import to_ids

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """One call, not made yet. ``answer`` is the class of the response, ``read`` converts it."""

    path: str
    request: Any
    answer: Any
    read: Callable[[Any], Answer]


def recommend(visitor_id: str, question: Question) -> Call[Recommendation]:
    """Ask what the visitor should see now."""
    return Call(
        "/headwater.v1.RecommendationService/Recommend",
        recommend_request(visitor_id, question),
        recommendation_pb2.RecommendResponse,
        recommendation,
    )


def feedback(events: Iterable[Event]) -> Call[FeedbackAnswer]:
    """Report what visitors did."""
    return Call(
        "/headwater.v1.FeedbackService/Feedback",
        feedback_request(events),
        feedback_pb2.FeedbackResponse,
        feedback_answer,
    )


def list_similar_items(
    item_ids: Iterable[str],
    page_size: int,
    filter_text: str,
    min_offset: str,
    *,
    include_variants: bool = False,
) -> Call[ItemList]:
    """Ask for items that go with the given items, or are similar to them."""
    return Call(
        "/headwater.v1.RecommendationService/ListSimilarItems",
        built(
            recommendation_pb2.ListSimilarItemsRequest,
            item_ids=to_ids("item_ids", item_ids),
            page_size=page_size,
            filter=filter_text,
            min_offset=min_offset,
            include_variants=include_variants,
        ),
        recommendation_pb2.ListSimilarItemsResponse,
        item_list,
    )


def list_trending_items(
    category: str, window: str, page_size: int, filter_text: str, min_offset: str
) -> Call[ItemList]:
    """Ask for trending items."""
    return Call(
        "/headwater.v1.RecommendationService/ListTrendingItems",
        built(
            recommendation_pb2.ListTrendingItemsRequest,
            category=category,
            window=window,
            page_size=page_size,
            filter=filter_text,
            min_offset=min_offset,
        ),
        recommendation_pb2.ListTrendingItemsResponse,
        item_list,
    )


def get_model(*, compute_digest: bool, compare_replicas: bool) -> Call[Model]:
    """Ask for the state of the model."""
    return Call(
        "/headwater.v1.ModelService/GetModel",
        model_pb2.GetModelRequest(compute_digest=compute_digest, compare_replicas=compare_replicas),
        model_pb2.GetModelResponse,
        model,
    )


def get_metrics() -> Call[tuple[Metric, ...]]:
    """Ask how well the model predicts."""
    return Call(
        "/headwater.v1.ModelService/GetMetrics",
        model_pb2.GetMetricsRequest(),
        model_pb2.GetMetricsResponse,
        metrics,
    )


def get_drift_alarms() -> Call[tuple[DriftAlarm, ...]]:
    """Ask for the detected changes in the quality of the predictions."""
    return Call(
        "/headwater.v1.ModelService/GetMetrics",
        model_pb2.GetMetricsRequest(),
        model_pb2.GetMetricsResponse,
        drift_alarms,
    )
