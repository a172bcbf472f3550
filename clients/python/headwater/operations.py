"""What a server tells those who look after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from headwater.events import EventItem
from headwater.items import Item
from headwater.model import DriftAlarm
from headwater.values import Values


@dataclass(frozen=True, slots=True)
class CallFigures:
    """How one method's calls went in the last minute, in one process.

    A latency is None if no call ended; ``counts`` are by status, since the process began.
    """

    call: str
    calls_per_second: float
    failures_per_second: float
    latency_p50_ms: float | None
    latency_p90_ms: float | None
    latency_p99_ms: float | None
    under_way: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Replica:
    """One process that holds the state, as it last said of itself.

    ``lag_entries`` and ``lag_ms``: how far behind the log it was when it said so.
    """

    replica_id: str
    role: str
    host: str
    pid: int
    alive: bool
    report_time: datetime
    report_age_ms: int
    offset: str
    lag_entries: int
    lag_ms: int
    fault: str
    versions: Mapping[str, str]
    start_time: datetime | None
    memory_bytes: int
    calls: Sequence[CallFigures]


@dataclass(frozen=True, slots=True)
class Serving:
    """How the process that answered is doing; ``detail`` says why it does not serve all."""

    replica_id: str
    start_time: datetime
    uptime_ms: int
    reads_served: bool
    writes_served: bool
    detail: str
    memory_bytes: int
    memory_budget_bytes: int
    state_memory_bytes: int
    operations_waiting: int
    calls: Sequence[CallFigures]


class MetricSpan(Enum):
    """How far back samples go: an hour of every ten seconds, a week of every five minutes."""

    HOUR = "hour"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """One figure at each of the samples' times; NaN where there was none."""

    name: str
    placement: str
    policy: str
    call: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class MetricSamples:
    """Figures over time, of the process that answered, and the changes that were noticed."""

    replica_id: str
    sample_times: Sequence[datetime]
    series: Sequence[MetricSeries]
    drift_alarms: Sequence[DriftAlarm]
    interval_seconds: float


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """What was sent, as far as it can be told."""

    event_type: str
    session_id: str
    items: Sequence[EventItem]
    value: float | None
    event_time: datetime | None
    placement: str
    position: int
    context: Values


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """One that nothing was learned from, and why. ``event`` is None: it was too long to keep."""

    event_id: str
    visitor_id: str
    user_id: str
    reason: str
    quarantine_time: datetime
    event: RefusedEvent | None


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """A page of the quarantine."""

    events: tuple[QuarantinedEvent, ...]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state that is kept; a start from it reads ``entries_since``."""

    snapshot_id: str
    offset: str
    create_time: datetime
    entries_since: int
    stored_bytes: int
    plain_bytes: int
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Storage:
    """What the store keeps of a catalogue: the log, its archive, snapshots; and the store itself.

    A time is None, and a text empty, where there is nothing.
    """

    log_entries: int
    log_entries_ever: int
    log_first_offset: str
    log_last_offset: str
    log_first_time: datetime | None
    log_last_time: datetime | None
    log_memory_bytes: int
    archive_directory: str
    archive_segments: int
    archive_first_entry: int
    archive_last_entry: int
    archive_disk_bytes: int
    snapshots: Sequence[Snapshot]
    store_version: str
    store_memory_bytes: int
    store_memory_bytes_max: int
    store_append_fsync: str
    store_append_file_bytes: int
    store_start_time: datetime | None


class ItemOrder(Enum):
    """In which order items are listed; the most, the steepest, the newest first."""

    TOUCHES = "touches"
    RECENT = "recent"
    TRENDING = "trending"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What the model has counted of one item; ``item`` is None if the shop said nothing of it.

    Touches of late count half after the hour, day or week; ``impressions``, ``acts`` and ``reward``
    are of slots whose attribution window is open.
    """

    item_id: str
    item: Item | None
    shown: bool
    touches: int
    repeat_touches: int
    touches_since: int
    touches_hour: float
    touches_day: float
    touches_week: float
    trend_hour: float
    trend_day: float
    trend_week: float
    impressions: int
    acts: int
    reward: float


@dataclass(frozen=True, slots=True)
class ItemStatisticsPage:
    """A page of items; ``total_count`` there are in all."""

    items: tuple[ItemStatistics, ...]
    next_page_token: str
    total_count: int
