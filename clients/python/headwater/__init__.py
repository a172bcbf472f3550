"""Client of Headwater, the recommendation service that learns while it serves."""

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
