"""Client of Headwater, the recommendation service that learns while it serves."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.async_client import AsyncClient
    from headwater.async_feedback_buffer import AsyncFeedbackBuffer
    from headwater.backlog import BufferClosedError, BufferFullError
    from headwater.client import Client
    from headwater.errors import (
        DeadlineExceededError,
        HeadwaterError,
        InvalidRequestError,
        NotFoundError,
        OverloadedError,
        PermissionDeniedError,
        UnauthenticatedError,
        UnavailableError,
        UnimplementedError,
    )
    from headwater.events import Event, EventItem, EventResult, EventStatus, FeedbackAnswer
    from headwater.feedback_buffer import FeedbackBuffer
    from headwater.items import DeleteAnswer, Item, ItemResult, UpsertAnswer, WriteStatus
    from headwater.lists import ItemList, ScoredItem
    from headwater.model import DriftAlarm, Metric, Model, ReplicaState
    from headwater.operations import (
        CallFigures,
        ItemOrder,
        ItemStatistics,
        MetricSamples,
        MetricSeries,
        MetricSpan,
        QuarantinedEvent,
        RefusedEvent,
        Replica,
        Serving,
        Setting,
        SettingsChange,
        SettingsChanges,
        Snapshot,
        Storage,
    )
    from headwater.recommendations import FeatureContribution, Recommendation, Result
    from headwater.tls import Tls
    from headwater.users import (
        EraseAnswer,
        Touch,
        UnlinkAnswer,
        UpsertUsersAnswer,
        User,
        UserProfile,
        UserResult,
    )

__all__ = [
    "AsyncClient",
    "AsyncFeedbackBuffer",
    "BufferClosedError",
    "BufferFullError",
    "CallFigures",
    "Client",
    "DeadlineExceededError",
    "DeleteAnswer",
    "DriftAlarm",
    "EraseAnswer",
    "Event",
    "EventItem",
    "EventResult",
    "EventStatus",
    "FeatureContribution",
    "FeedbackAnswer",
    "FeedbackBuffer",
    "HeadwaterError",
    "InvalidRequestError",
    "Item",
    "ItemList",
    "ItemOrder",
    "ItemResult",
    "ItemStatistics",
    "Metric",
    "MetricSamples",
    "MetricSeries",
    "MetricSpan",
    "Model",
    "NotFoundError",
    "OverloadedError",
    "PermissionDeniedError",
    "QuarantinedEvent",
    "Recommendation",
    "RefusedEvent",
    "Replica",
    "ReplicaState",
    "Result",
    "ScoredItem",
    "Serving",
    "Setting",
    "SettingsChange",
    "SettingsChanges",
    "Snapshot",
    "Storage",
    "Tls",
    "Touch",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnlinkAnswer",
    "UpsertAnswer",
    "UpsertUsersAnswer",
    "User",
    "UserProfile",
    "UserResult",
    "WriteStatus",
]

_HOMES = {
    "async_client": ("AsyncClient",),
    "async_feedback_buffer": ("AsyncFeedbackBuffer",),
    "backlog": (
        "BufferClosedError",
        "BufferFullError",
    ),
    "client": ("Client",),
    "errors": (
        "DeadlineExceededError",
        "HeadwaterError",
        "InvalidRequestError",
        "NotFoundError",
        "OverloadedError",
        "PermissionDeniedError",
        "UnauthenticatedError",
        "UnavailableError",
        "UnimplementedError",
    ),
    "events": (
        "Event",
        "EventItem",
        "EventResult",
        "EventStatus",
        "FeedbackAnswer",
    ),
    "feedback_buffer": ("FeedbackBuffer",),
    "items": (
        "DeleteAnswer",
        "Item",
        "ItemResult",
        "UpsertAnswer",
        "WriteStatus",
    ),
    "lists": (
        "ItemList",
        "ScoredItem",
    ),
    "model": (
        "DriftAlarm",
        "Metric",
        "Model",
        "ReplicaState",
    ),
    "operations": (
        "CallFigures",
        "ItemOrder",
        "ItemStatistics",
        "MetricSamples",
        "MetricSeries",
        "MetricSpan",
        "QuarantinedEvent",
        "RefusedEvent",
        "Replica",
        "Serving",
        "Setting",
        "SettingsChange",
        "SettingsChanges",
        "Snapshot",
        "Storage",
    ),
    "recommendations": (
        "FeatureContribution",
        "Recommendation",
        "Result",
    ),
    "tls": ("Tls",),
    "users": (
        "EraseAnswer",
        "Touch",
        "UnlinkAnswer",
        "UpsertUsersAnswer",
        "User",
        "UserProfile",
        "UserResult",
    ),
}
"""Module -> names. It is imported when one is used: a server needs only the stubs."""


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            found = globals()[name] = getattr(import_module(f"headwater.{module}"), name)
            return found
    raise AttributeError(f"module 'headwater' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
