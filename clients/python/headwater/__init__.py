"""Client of Headwater, the recommendation service that learns while it serves."""

from headwater.async_client import AsyncClient
from headwater.client import Client
from headwater.errors import (
    DeadlineExceededError,
    HeadwaterError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    UnavailableError,
    UnimplementedError,
)
from headwater.events import Event, EventItem, EventResult, EventStatus, FeedbackAnswer
from headwater.items import Item, ItemResult, UpsertAnswer, WriteStatus
from headwater.model import Metric, Model
from headwater.recommendations import Recommendation, Result

__all__ = [
    "AsyncClient",
    "Client",
    "DeadlineExceededError",
    "Event",
    "EventItem",
    "EventResult",
    "EventStatus",
    "FeedbackAnswer",
    "HeadwaterError",
    "InvalidRequestError",
    "Item",
    "ItemResult",
    "Metric",
    "Model",
    "NotFoundError",
    "OverloadedError",
    "Recommendation",
    "Result",
    "UnavailableError",
    "UnimplementedError",
    "UpsertAnswer",
    "WriteStatus",
]
