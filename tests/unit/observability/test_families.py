"""What Prometheus gets: every family is explained to operators, and none is invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headwater_server.engine.measures.metrics import Metric
from headwater_server.observability.families import families
from headwater_server.observability.measurements import Measurements
from headwater_server.observability.meters import Meters

PAGE = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
MEASUREMENTS = Measurements(
    reads=True,
    writes=True,
    broken=False,
    entries_applied=90,
    entries_at_head=100,
    entries_kept=50,
    replicas={"worker": 2, "follower": 1},
    events_lost=3,
    rewinds=1,
    operations_waiting=3,
    counts={"events_learned": 7, "items": 2},
    memory_bytes=1000,
    snapshot_age_s=60.0,
    snapshot_took_s=0.5,
    snapshots_taken=1,
    snapshots_failed=0,
    metrics=[Metric("act_rate", "home", "listwise", "total", 0.25, 8)],
    drift_counts={("all", True): 2},
)


def values(measured, meters=None):
    found = {}
    for family in families(measured, meters or Meters()):
        for sample in family.samples:
            found[sample.name, *sample.labels.values()] = sample.value
    return found


def test_the_lag_is_what_the_head_is_ahead():
    found = values(MEASUREMENTS)
    assert found["headwater_log_lag_entries",] == 10
    assert found["headwater_events_learned_total",] == 7
    key = ("headwater_progressive_validation", "act_rate", "home", "listwise", "total")
    assert found[key] == 0.25
    assert found["headwater_drift_alarms_total", "all", "worse"] == 2


def test_what_only_the_store_knows_is_left_out_while_it_is_away():
    away = replace(
        MEASUREMENTS, entries_at_head=None, entries_kept=None, snapshot_age_s=None, replicas=None
    )
    gone = values(MEASUREMENTS).keys() - values(away).keys()
    assert {name for name, *_ in gone} == {
        "headwater_log_entries_appended_total",
        "headwater_log_lag_entries",
        "headwater_log_entries_kept",
        "headwater_replicas",
        "headwater_snapshot_age_seconds",
    }


def test_replicas_are_counted_by_what_they_do():
    found = values(MEASUREMENTS)
    assert found["headwater_replicas", "worker"] == 2
    assert found["headwater_replicas", "follower"] == 1
    assert values(replace(MEASUREMENTS, broken=True))["headwater_broken",] == 1


def test_a_histogram_counts_up_and_ends_with_all():
    meters = Meters()
    for took_s in (0.0001, 0.004, 0.004, 100.0):
        meters.of("S/M").under_way += 1
        meters.of("S/M").ended("OK", took_s)
    found = values(MEASUREMENTS, meters)
    bucket = "headwater_call_duration_seconds_bucket"
    assert [found[bucket, "S/M", "OK", le] for le in ("0.0005", "0.005", "60.0", "+Inf")] == [
        1, 3, 3, 4,
    ]  # fmt: skip
    assert found["headwater_call_duration_seconds_sum", "S/M", "OK"] == pytest.approx(100.0081)
    assert found["headwater_calls_under_way", "S/M"] == 0


def test_operators_can_read_of_every_family():
    meters = Meters()
    meters.of("S/M").under_way += 1
    meters.of("S/M").ended("OK", 0.001)
    missing = [family.name for family in families(MEASUREMENTS, meters) if family.name not in PAGE]
    assert missing == []
