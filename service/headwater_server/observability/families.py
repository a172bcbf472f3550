"""Every metric, in the form that Prometheus reads.

docs/operations.md explains each name, and which values need attention.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from headwater_server.observability.measurements import Measurements
from headwater_server.observability.meters import BOUNDS_S, Meters
from headwater_server.observability.paying import paying_families

COUNTED = {
    "events_learned": "Events that were learned from.",
    "events_repeated": "Events that were sent again; each was learned once.",
    "events_quarantined": "Events that were quarantined in total: nothing was learned from them.",
    "answers_replayable": "Lists of this process that evaluation can ask again exactly.",
    "answers_unreplayable_question": "Lists whose question was too long to keep.",
    "answers_unreplayable_operation": "Lists from a state in the middle of a large event.",
    "answers_unreplayable_degraded": "Lists that a short deadline changed.",
    "page_exposures_refused": "Lists that pages reported and that, because of "
    "page_source_exposures_per_minute_max, brought no visitor into an experiment.",
    "item_writes_refused": "Writes of new items that this process refused because of items_max.",
    "feature_failures": "Values of the shop's own features that this process could not compute.",
    "event_items_removed": "Items that only events name and that event_items_max had no place for.",
    "deduplication_ids_removed": "Event ids forgotten early because of deduplication_ids_max.",
}
HELD = {
    "visitors": "Known visitors.",
    "users": "Known users.",
    "items": "Known items: those of the catalogue, and those that only events name.",
    "items_described": "Items that the catalogue describes.",
    "deduplication_ids": "Event ids that are kept to find repeated events.",
    "open_impressions": "Impressions whose attribution window is open.",
}
PREFIX = "headwater_"


def families(measured: Measurements, meters: Meters) -> Iterator[Metric]:
    """Yield every metric family, with the values of this moment."""
    yield from _calls(meters)
    yield from _health(measured)
    yield from _log(measured)
    yield from _snapshots(measured)
    yield from _state(measured)
    yield from _validation(measured)
    yield _drift(measured)
    yield from paying_families(measured.paying)


def _calls(meters: Meters) -> Iterator[Metric]:
    durations = HistogramMetricFamily(
        PREFIX + "call_duration_seconds", "Duration of calls.", labels=("method", "status")
    )
    under_way = GaugeMetricFamily(
        PREFIX + "calls_under_way", "Calls that are not answered yet.", labels=("method",)
    )
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    for method, meter in meters:
        under_way.add_metric((method,), meter.under_way)
        for status, latency in meter.by_status.items():
            buckets = list(zip(bounds, accumulate(latency.counts), strict=True))
            durations.add_metric((method, status), buckets, latency.seconds)
    return iter((durations, under_way))


def _health(measured: Measurements) -> Iterator[Metric]:
    yield _gauge("reads_served", "1 while reads are served.", int(measured.reads))
    yield _gauge("writes_served", "1 while writes are acknowledged.", int(measured.writes))
    yield _gauge(
        "broken", "1 when this replica has stopped learning until a restart.", int(measured.broken)
    )
    yield _gauge(
        "operations_waiting",
        "Pending events and writes.",
        measured.operations_waiting,
    )


def _log(measured: Measurements) -> Iterator[Metric]:
    applied, head = measured.entries_applied, measured.entries_at_head
    yield _counter("log_entries_applied", "Entries that the state contains.", applied)
    if head is not None:
        yield _counter(
            "log_entries_appended", "Entries that were appended to the log in total.", head
        )
        lag = max(0, head - applied)
        yield _gauge("log_lag_entries", "Entries on the log that are not applied yet.", lag)
    yield _counter(
        "acknowledged_events_lost",
        "Learned events that the store lost in a failover, as entries of the log report them.",
        measured.events_lost,
    )
    yield _counter(
        "rewinds", "Times that this replica returned to a log that lost its end.", measured.rewinds
    )
    if measured.entries_kept is not None:
        yield _gauge("log_entries_kept", "Entries that the store keeps.", measured.entries_kept)
    if measured.replicas is not None:
        alive = GaugeMetricFamily(PREFIX + "replicas", "Replicas that are alive.", labels=("role",))
        for role, number in measured.replicas.items():
            alive.add_metric((role,), number)
        yield alive


def _snapshots(measured: Measurements) -> Iterator[Metric]:
    yield _counter("snapshots_taken", "Snapshots taken by this process.", measured.snapshots_taken)
    yield _counter("snapshots_failed", "Snapshots that failed.", measured.snapshots_failed)
    if measured.snapshot_took_s is not None:
        took_s = measured.snapshot_took_s
        yield _gauge("snapshot_duration_seconds", "Duration of the latest snapshot.", took_s)
    if measured.snapshot_age_s is not None:
        age_s = measured.snapshot_age_s
        yield _gauge("snapshot_age_seconds", "Age of the newest snapshot of any replica.", age_s)


def _state(measured: Measurements) -> Iterator[Metric]:
    yield _gauge("state_memory_bytes", "Memory of the state.", measured.memory_bytes)
    budget_bytes = measured.counts.get("memory_budget_bytes", 0)
    yield _gauge(
        "memory_budget_bytes", "Memory that the process may use; 0: no budget.", budget_bytes
    )
    for name, meaning in COUNTED.items():
        yield _counter(name, meaning, measured.counts.get(name, 0))
    for name, meaning in HELD.items():
        yield _gauge(name, meaning, measured.counts.get(name, 0))


def _validation(measured: Measurements) -> Iterator[Metric]:
    labels = ("figure", "placement", "policy", "window")
    value = GaugeMetricFamily(
        PREFIX + "progressive_validation",
        "Mean of a figure, measured before each event was learned.",
        labels=labels,
    )
    count = GaugeMetricFamily(
        PREFIX + "progressive_validation_observations",
        "Observations in the mean.",
        labels=labels,
    )
    for metric in measured.metrics:
        key = (metric.name, metric.placement, metric.policy, metric.window)
        value.add_metric(key, metric.value)
        count.add_metric(key, metric.count)
    return iter((value, count))


def _drift(measured: Measurements) -> Metric:
    family = CounterMetricFamily(
        PREFIX + "drift_alarms",
        "Changes detected in how well the model predicts.",
        labels=("placement", "direction"),
    )
    for (placement, worse), number in sorted(measured.drift_counts.items()):
        family.add_metric((placement, "worse" if worse else "better"), number)
    return family


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(PREFIX + name, meaning, value=value)
