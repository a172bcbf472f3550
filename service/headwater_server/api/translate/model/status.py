"""ModelService: translates the model's status, and how well it predicts."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.v1 import model_service_pb2 as pb
from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.measures.metrics import Metric
from headwater_server.replica.answers import ModelAnswer


def get_model_response(answer: ModelAnswer) -> pb.GetModelResponse:
    """Return the model's status."""
    return pb.GetModelResponse(
        offset=answer.offset,
        digest=answer.digest,
        counts=answer.counts,
        memory_bytes=answer.memory_bytes,
        versions=answer.versions,
        replicas=[
            pb.ReplicaState(
                replica_id=one.replica_id, role=one.role, digest=one.digest, detail=one.detail
            )
            for one in answer.replicas
        ],
    )


def get_metrics_response(
    metrics: Iterable[Metric], alarms: Iterable[DriftAlarm]
) -> pb.GetMetricsResponse:
    """Return the figures, and the drift alarms."""
    return pb.GetMetricsResponse(
        metrics=[
            pb.Metric(
                placement=metric.placement,
                policy=metric.policy,
                window=metric.window,
                name=metric.name,
                value=metric.value,
                count=metric.count,
            )
            for metric in metrics
        ],
        drift_alarms=[drift_alarm_message(alarm) for alarm in alarms],
    )


def drift_alarm_message(alarm: DriftAlarm) -> pb.DriftAlarm:
    """Return a drift alarm as a message."""
    message = pb.DriftAlarm(
        placement=alarm.placement,
        name=alarm.name,
        direction=pb.DRIFT_DIRECTION_WORSE if alarm.worse else pb.DRIFT_DIRECTION_BETTER,
        events_learned=alarm.events_learned,
        mean_before=alarm.mean_before,
        mean_after=alarm.mean_after,
    )
    message.detect_time.FromMilliseconds(alarm.time_ms)
    return message
