"""Read the state of the model."""

from __future__ import annotations

from headwater.model import DriftAlarm, Metric, Model, ReplicaState
from headwater.v1 import model_service_pb2 as pb
from headwater.wire.values import from_time


def model(response: pb.GetModelResponse) -> Model:
    """Read the state of the model."""
    return Model(
        offset=response.offset,
        digest=response.digest,
        counts=dict(response.counts),
        memory_bytes=response.memory_bytes,
        versions=dict(response.versions),
        replicas=tuple(
            ReplicaState(r.replica_id, r.role, r.digest, r.detail) for r in response.replicas
        ),
    )


def metrics(response: pb.GetMetricsResponse) -> tuple[Metric, ...]:
    """Read the figures."""
    return tuple(
        Metric(m.placement, m.policy, m.window, m.name, m.value, m.count) for m in response.metrics
    )


def drift_alarms(response: pb.GetMetricsResponse) -> tuple[DriftAlarm, ...]:
    """Read the detected changes."""
    return tuple(map(drift_alarm, response.drift_alarms))


def drift_alarm(alarm: pb.DriftAlarm) -> DriftAlarm:
    """Read one change."""
    return DriftAlarm(
        placement=alarm.placement,
        name=alarm.name,
        worse=alarm.direction == pb.DRIFT_DIRECTION_WORSE,
        events_learned=alarm.events_learned,
        detect_time=from_time(alarm.detect_time),
        mean_before=alarm.mean_before,
        mean_after=alarm.mean_after,
    )
