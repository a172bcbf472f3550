"""Each call once, for both clients: which method, what is sent, how the answer is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from headwater.events import Event, FeedbackAnswer
from headwater.items import Item, UpsertAnswer
from headwater.model import Metric, Model
from headwater.recommendations import Recommendation
from headwater.v1 import catalog_service_pb2 as catalog_pb2
from headwater.v1 import feedback_service_pb2 as feedback_pb2
from headwater.v1 import model_service_pb2 as model_pb2
from headwater.v1 import recommendation_service_pb2 as recommendation_pb2
from headwater.wire.events import feedback_answer, feedback_request
from headwater.wire.items import from_item, upsert_answer, upsert_items_request
from headwater.wire.model import metrics, model
from headwater.wire.recommendations import Question, recommend_request, recommendation

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """One call, not yet made. ``answer`` is the message that comes back, ``read`` reads it."""

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
    """Say what visitors did."""
    return Call(
        "/headwater.v1.FeedbackService/Feedback",
        feedback_request(events),
        feedback_pb2.FeedbackResponse,
        feedback_answer,
    )


def upsert_items(
    items: Iterable[Item], fields: Sequence[str], set_time: datetime | None
) -> Call[UpsertAnswer]:
    """Put items into the catalogue."""
    return Call(
        "/headwater.v1.CatalogService/UpsertItems",
        upsert_items_request(items, fields, set_time),
        catalog_pb2.UpsertItemsResponse,
        upsert_answer,
    )


def get_item(item_id: str) -> Call[Item]:
    """Ask for an item."""
    return Call(
        "/headwater.v1.CatalogService/GetItem",
        catalog_pb2.GetItemRequest(item_id=item_id),
        catalog_pb2.GetItemResponse,
        lambda response: from_item(response.item),
    )


def get_model(*, compute_digest: bool) -> Call[Model]:
    """Ask where the model stands."""
    return Call(
        "/headwater.v1.ModelService/GetModel",
        model_pb2.GetModelRequest(compute_digest=compute_digest),
        model_pb2.GetModelResponse,
        model,
    )


def get_metrics() -> Call[tuple[Metric, ...]]:
    """Ask how well the model foresees."""
    return Call(
        "/headwater.v1.ModelService/GetMetrics",
        model_pb2.GetMetricsRequest(),
        model_pb2.GetMetricsResponse,
        metrics,
    )
