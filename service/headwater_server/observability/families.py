"""What is measured, in the form that Prometheus reads.

docs/operations.md says what each name means, and when to worry.
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

from headwater_server.observability.meters import BOUNDS_S, Meters
from headwater_server.observability.standing import Standing

COUNTED = {
    "events_learned": "Events that were learned from.",
    "events_repeated": "Events that were sent again, and learned once.",
    "events_quarantined": "Events kept aside, ever: nothing could be learned from them.",
}
HELD = {
    "visitors": "Visitors that are known.",
    "users": "Users that are known.",
    "items": "Items in the catalogue.",
    "deduplication_ids": "Event ids that are remembered.",
    "open_impressions": "Impressions whose attribution window is open.",
}
PREFIX = "headwater_"


def families(standing: Standing, meters: Meters) -> Iterator[Metric]:
    """Yield every family, of this moment."""
    yield from _calls(meters)
    yield from _health(standing)
    yield from _log(standing)
    yield from _snapshots(standing)
    yield from _state(standing)
    yield from _validation(standing)
    yield _drift(standing)


def _calls(meters: Meters) -> Iterator[Metric]:
    took = HistogramMetricFamily(
        PREFIX + "call_duration_seconds", "How long calls took.", labels=("method", "status")
    )
    under_way = GaugeMetricFamily(
        PREFIX + "calls_under_way", "Calls that have no answer yet.", labels=("method",)
    )
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    for method, meter in meters:
        under_way.add_metric((method,), meter.under_way)
        for status, latency in meter.by_status.items():
            buckets = list(zip(bounds, accumulate(latency.counts), strict=True))
            took.add_metric((method, status), buckets, latency.seconds)
    return iter((took, under_way))


def _health(standing: Standing) -> Iterator[Metric]:
    yield _gauge("reads_served", "1 while questions are answered.", int(standing.reads))
    yield _gauge("writes_served", "1 while feedback is acknowledged.", int(standing.writes))
    yield _gauge("broken", "1 when this replica stopped learning for good.", int(standing.broken))
    yield _gauge(
        "operations_waiting", "Events and writes on their way.", standing.operations_waiting
    )


def _log(standing: Standing) -> Iterator[Metric]:
    applied, head = standing.entries_applied, standing.entries_at_head
    yield _counter("log_entries_applied", "Entries that the state holds.", applied)
    if head is not None:
        yield _counter("log_entries_appended", "Entries ever put on the log.", head)
        lag = max(0, head - applied)
        yield _gauge("log_lag_entries", "Entries on the log that are not applied yet.", lag)
    if standing.entries_kept is not None:
        yield _gauge("log_entries_kept", "Entries that the store keeps.", standing.entries_kept)
    if standing.replicas is not None:
        alive = GaugeMetricFamily(PREFIX + "replicas", "Replicas that are alive.", labels=("role",))
        for role, number in standing.replicas.items():
            alive.add_metric((role,), number)
        yield alive


def _snapshots(standing: Standing) -> Iterator[Metric]:
    yield _counter("snapshots_taken", "Snapshots taken by this process.", standing.snapshots_taken)
    yield _counter("snapshots_failed", "Snapshots that failed.", standing.snapshots_failed)
    if standing.snapshot_took_s is not None:
        took_s = standing.snapshot_took_s
        yield _gauge("snapshot_duration_seconds", "How long the latest snapshot took.", took_s)
    if standing.snapshot_age_s is not None:
        age_s = standing.snapshot_age_s
        yield _gauge("snapshot_age_seconds", "Age of the newest snapshot, whoever took it.", age_s)


def _state(standing: Standing) -> Iterator[Metric]:
    yield _gauge("state_memory_bytes", "Bytes that the state takes.", standing.memory_bytes)
    budget_bytes = standing.counts.get("memory_budget_bytes", 0)
    yield _gauge("memory_budget_bytes", "What the process may take; 0: no budget.", budget_bytes)
    for name, meaning in COUNTED.items():
        yield _counter(name, meaning, standing.counts.get(name, 0))
    for name, meaning in HELD.items():
        yield _gauge(name, meaning, standing.counts.get(name, 0))


def _validation(standing: Standing) -> Iterator[Metric]:
    labels = ("figure", "placement", "policy", "window")
    value = GaugeMetricFamily(
        PREFIX + "progressive_validation",
        "Mean of a figure, taken before each event was learned.",
        labels=labels,
    )
    count = GaugeMetricFamily(
        PREFIX + "progressive_validation_observations",
        "Observations that the mean is of.",
        labels=labels,
    )
    for metric in standing.metrics:
        key = (metric.name, metric.placement, metric.policy, metric.window)
        value.add_metric(key, metric.value)
        count.add_metric(key, metric.count)
    return iter((value, count))


def _drift(standing: Standing) -> Metric:
    family = CounterMetricFamily(
        PREFIX + "drift_alarms",
        "Changes noticed in how well the model foresees.",
        labels=("placement", "direction"),
    )
    for (placement, worse), number in sorted(standing.drift_counts.items()):
        family.add_metric((placement, "worse" if worse else "better"), number)
    return family


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(PREFIX + name, meaning, value=value)
