"""What a server reports to its operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from headwater.act_rates import ActRate
from headwater.events import EventItem, EventStatus
from headwater.items import Item
from headwater.model import DriftAlarm
from headwater.values import Values


@dataclass(frozen=True, slots=True)
class CallFigures:
    """The calls of one method in the last minute, in one process.

    A latency is None if no call ended; ``counts`` are by status, since the start of the process.
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
    """One process that holds the state, as in its own last report.

    ``lag_entries`` and ``lag_ms``: how far it was behind the log at that time.
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
    """The status of the process that answered; ``detail`` says why it does not serve all calls.

    ``scopes``: what the key of this call may do.
    """

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
    scopes: Sequence[str] = ()


class MetricSpan(Enum):
    """How far back samples go: an hour with one every 10 s, or a week with one every 5 minutes."""

    HOUR = "hour"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """One figure at each of the sample times; NaN where there was none."""

    name: str
    placement: str
    policy: str
    call: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class MetricSamples:
    """Figures over time of the process that answered, and the drift alarms."""

    replica_id: str
    sample_times: Sequence[datetime]
    series: Sequence[MetricSeries]
    drift_alarms: Sequence[DriftAlarm]
    interval_seconds: float


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """The event as it was sent, as far as the server could read it."""

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
    """An event that was not learned, and why. ``event`` is None if it was too long to keep."""

    event_id: str
    visitor_id: str
    user_id: str
    reason: str
    quarantine_time: datetime
    event: RefusedEvent | None
    quarantine_id: str = ""


@dataclass(frozen=True, slots=True)
class ReplayedEvent:
    """What became of an event that was sent again. ``status`` None: it was not in the quarantine.

    CREATED or EXISTS: it was learned, now or before, and has left it; otherwise ``detail`` says why
    not.
    """

    quarantine_id: str
    event_id: str
    status: EventStatus | None
    detail: str


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """A page of the quarantine."""

    events: tuple[QuarantinedEvent, ...]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stored state; a start from it reads the ``entries_since`` it."""

    snapshot_id: str
    offset: str
    create_time: datetime
    entries_since: int
    stored_bytes: int
    plain_bytes: int
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Storage:
    """What the store contains of a catalogue: log, archive and snapshots; and the store itself.

    A time is None, and a text is empty, where there is no value.
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


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the engine, which all replicas have from the log; the values are JSON."""

    name: str
    value: str
    default_value: str


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """One setting that got another value; ``who`` is "" if an older version did not say."""

    name: str
    old_value: str
    new_value: str
    who: str
    change_time: datetime


@dataclass(frozen=True, slots=True)
class SettingsChanges:
    """The settings, their last changes, newest first, and what in them fits nothing."""

    changes: tuple[SettingsChange, ...]
    settings: tuple[Setting, ...]
    warnings: tuple[str, ...]
    offset: str


class ItemOrder(Enum):
    """The order of listed items; the largest or newest value comes first."""

    TOUCHES = "touches"
    RECENT = "recent"
    TRENDING = "trending"
    NEW = "new"
    PROBABILITY_BEST = "probability best"


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What the model has counted of one item; ``item`` is None if the catalogue does not have it.

    ``touches`` are interactions by their weights, rounded, and at least 1 if there was any: a
    graded event counts as much as its ``reward``, and one account or page less with each
    repetition. In ``touches_hour``, ``_day`` and ``_week`` an interaction counts half after that
    time. ``impressions``, ``acts`` and ``reward`` are of slots whose attribution window is open;
    ``act_rates`` by placement are of those before.
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
    act_rates: tuple[ActRate, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemStatisticsPage:
    """A page of items; ``total_count`` is the number on all pages."""

    items: tuple[ItemStatistics, ...]
    next_page_token: str
    total_count: int
