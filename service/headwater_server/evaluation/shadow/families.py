"""The metrics of a shadow; docs/shadow.md explains each name."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from headwater_server.evaluation.shadow.running import Running
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.ports.position import START, time_ms_of

PREFIX = "headwater_shadow_"


def families(running: Running) -> Iterator[Metric]:
    """Yield every metric family, with the values of this moment."""
    shadow = running.shadow
    folded, head = shadow.position, shadow.head
    lag_s = (wall_clock_ms() - time_ms_of(folded.offset)) / 1_000 if folded != START else 0.0
    gauges = (
        ("entries_behind", "Entries behind the log's end.", head.sequence - folded.sequence),
        ("seconds_behind", "Age of the last entry that was folded.", lag_s),
        ("caught_up", "1 once it has caught up with the log.", float(running.is_caught_up)),
        ("answers_waiting", "Shown lists whose place the fold has yet to pass.", len(shadow.ahead)),
        ("answers_kept", "Lists that its figures are from.", len(shadow.rows)),
        (
            "published_timestamp_seconds",
            "When it published its report, 0 before the first.",
            running.publish_time_ms / 1_000,
        ),
    )
    for name, text, value in gauges:
        yield GaugeMetricFamily(PREFIX + name, text, value=max(0.0, float(value)))
    counters = (
        ("answers_asked", "Lists that it was asked about.", shadow.behind.asked),
        ("answers_late", "Lists that were reported too late to be asked.", shadow.ahead.late),
    )
    for name, text, value in counters:
        yield CounterMetricFamily(PREFIX + name, text, value=value)
