"""Read what a server reports to its operators."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from headwater.events import EventItem
from headwater.operations import (
    CallFigures,
    ItemStatistics,
    ItemStatisticsPage,
    MetricSamples,
    MetricSeries,
    QuarantinedEvent,
    QuarantinePage,
    RefusedEvent,
    ReplayedEvent,
    Replica,
    Serving,
    Setting,
    SettingsChange,
    SettingsChanges,
    Snapshot,
    Storage,
)
from headwater.v1 import (
    event_pb2,
    item_statistics_pb2,
    quarantine_pb2,
    replica_pb2,
)
from headwater.v1 import model_service_pb2 as pb
from headwater.wire.act_rates import act_rate
from headwater.wire.events import STATUSES
from headwater.wire.items import from_item
from headwater.wire.model import drift_alarm
from headwater.wire.values import from_time, from_values


def _time(time: Timestamp) -> datetime | None:
    return from_time(time) if time.ByteSize() else None


def replicas(response: pb.ListReplicasResponse) -> tuple[Replica, ...]:
    """Read the replicas."""
    return tuple(map(_replica, response.replicas))


def _replica(one: replica_pb2.Replica) -> Replica:
    return Replica(
        replica_id=one.replica_id,
        role=one.role,
        host=one.host,
        pid=one.pid,
        alive=one.alive,
        report_time=from_time(one.report_time),
        report_age_ms=one.report_age_ms,
        offset=one.offset,
        lag_entries=one.lag_entries,
        lag_ms=one.lag_ms,
        fault=one.fault,
        versions=dict(one.versions),
        start_time=_time(one.start_time),
        memory_bytes=one.memory_bytes,
        calls=tuple(map(_call, one.calls)),
    )


def _call(one: replica_pb2.CallFigures) -> CallFigures:
    return CallFigures(
        call=one.call,
        calls_per_second=one.calls_per_second,
        failures_per_second=one.failures_per_second,
        latency_p50_ms=one.latency_p50_ms if one.HasField("latency_p50_ms") else None,
        latency_p90_ms=one.latency_p90_ms if one.HasField("latency_p90_ms") else None,
        latency_p99_ms=one.latency_p99_ms if one.HasField("latency_p99_ms") else None,
        under_way=one.under_way,
        counts=dict(one.counts),
    )


def serving(response: pb.GetServingResponse) -> Serving:
    """Read the status of a process."""
    return Serving(
        replica_id=response.replica_id,
        start_time=from_time(response.start_time),
        uptime_ms=response.uptime_ms,
        reads_served=response.reads_served,
        writes_served=response.writes_served,
        detail=response.detail,
        memory_bytes=response.memory_bytes,
        memory_budget_bytes=response.memory_budget_bytes,
        state_memory_bytes=response.state_memory_bytes,
        operations_waiting=response.operations_waiting,
        calls=tuple(map(_call, response.calls)),
        scopes=tuple(response.scopes),
    )


def metric_samples(response: pb.ListMetricSamplesResponse) -> MetricSamples:
    """Read figures over time."""
    return MetricSamples(
        replica_id=response.replica_id,
        sample_times=tuple(map(from_time, response.sample_times)),
        series=tuple(
            MetricSeries(one.name, one.placement, one.policy, one.call, tuple(one.values))
            for one in response.series
        ),
        drift_alarms=tuple(map(drift_alarm, response.drift_alarms)),
        interval_seconds=response.interval_seconds,
    )


def quarantine_page(response: pb.ListQuarantinedEventsResponse) -> QuarantinePage:
    """Read a page of the quarantine."""
    return QuarantinePage(tuple(map(_quarantined, response.events)), response.next_page_token)


def _quarantined(one: quarantine_pb2.QuarantinedEvent) -> QuarantinedEvent:
    return QuarantinedEvent(
        event_id=one.event_id,
        visitor_id=one.visitor_id,
        user_id=one.user_id,
        reason=one.reason,
        quarantine_time=from_time(one.quarantine_time),
        event=_event(one.event) if one.HasField("event") else None,
        quarantine_id=one.quarantine_id,
    )


def replayed_events(response: pb.ReplayQuarantinedEventsResponse) -> tuple[ReplayedEvent, ...]:
    """Read what became of events that were sent again."""
    return tuple(
        ReplayedEvent(one.quarantine_id, one.event_id, STATUSES.get(one.status), one.detail)
        for one in response.results
    )


def _event(event: event_pb2.Event) -> RefusedEvent:
    return RefusedEvent(
        event_type=event.event_type,
        session_id=event.session_id,
        items=tuple(map(_event_item, event.items)),
        value=event.value if event.HasField("value") else None,
        event_time=_time(event.event_time),
        placement=event.placement,
        position=event.position,
        context=from_values(dict(event.context)),
    )


def _event_item(item: event_pb2.EventItem) -> EventItem:
    price = item.price if item.HasField("price") else None
    return EventItem(item.item_id, item.quantity, price, item.currency_code)


def storage(response: pb.GetStorageResponse) -> Storage:
    """Read what the store contains."""
    log, archive, store = response.log, response.archive, response.store
    return Storage(
        log_entries=log.entries,
        log_entries_ever=log.entries_ever,
        log_first_offset=log.first_offset,
        log_last_offset=log.last_offset,
        log_first_time=_time(log.first_time),
        log_last_time=_time(log.last_time),
        log_memory_bytes=log.memory_bytes,
        archive_directory=archive.directory,
        archive_segments=archive.segments,
        archive_first_entry=archive.first_entry,
        archive_last_entry=archive.last_entry,
        archive_disk_bytes=archive.disk_bytes,
        snapshots=tuple(
            Snapshot(
                snapshot_id=one.snapshot_id,
                offset=one.offset,
                create_time=from_time(one.create_time),
                entries_since=one.entries_since,
                stored_bytes=one.stored_bytes,
                plain_bytes=one.plain_bytes,
                versions=dict(one.versions),
            )
            for one in response.snapshots
        ),
        store_version=store.version,
        store_memory_bytes=store.memory_bytes,
        store_memory_bytes_max=store.memory_bytes_max,
        store_append_fsync=store.append_fsync,
        store_append_file_bytes=store.append_file_bytes,
        store_start_time=_time(store.start_time),
    )


def settings_changes(response: pb.ListSettingsChangesResponse) -> SettingsChanges:
    """Read the settings and their changes."""
    return SettingsChanges(
        changes=tuple(
            SettingsChange(
                one.name, one.old_value, one.new_value, one.who, from_time(one.change_time)
            )
            for one in response.changes
        ),
        settings=tuple(
            Setting(one.name, one.value, one.default_value) for one in response.settings
        ),
        warnings=tuple(response.warnings),
        offset=response.offset,
    )


def item_statistics_page(response: pb.ListItemStatisticsResponse) -> ItemStatisticsPage:
    """Read a page of items."""
    items = tuple(map(_statistics, response.items))
    return ItemStatisticsPage(items, response.next_page_token, response.total_count)


def _statistics(one: item_statistics_pb2.ItemStatistics) -> ItemStatistics:
    return ItemStatistics(
        item_id=one.item_id,
        item=from_item(one.item) if one.HasField("item") else None,
        shown=one.shown,
        touches=one.touches,
        repeat_touches=one.repeat_touches,
        touches_since=one.touches_since,
        touches_hour=one.touches_hour,
        touches_day=one.touches_day,
        touches_week=one.touches_week,
        trend_hour=one.trend_hour,
        trend_day=one.trend_day,
        trend_week=one.trend_week,
        impressions=one.impressions,
        acts=one.acts,
        reward=one.reward,
        act_rates=tuple(map(act_rate, one.act_rates)),
    )
