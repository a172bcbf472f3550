"""ModelService: translates the status of processes, and the settings that all of them share."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.v1 import model_service_pb2 as pb
from headwater.v1 import replica_pb2, setting_pb2
from headwater_server.api.translate.values import time_message
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.settings_history import ChangedSetting, setting_texts
from headwater_server.observability.recent import CallFigures
from headwater_server.replica.group.membership import LIVE_PATIENCE_MS
from headwater_server.replica.operators.operator_reads import ReplicasAnswer, SettingsAnswer
from headwater_server.replica.operators.own_status import ServingAnswer
from headwater_server.replica.ports.position import time_ms_of
from headwater_server.replica.ports.registry import ReceivedReport, ReplicaServing


def get_serving_response(
    answer: ServingAnswer, scopes: Iterable[str] = ()
) -> pb.GetServingResponse:
    """Return the process's status, and what the caller may do."""
    return pb.GetServingResponse(
        replica_id=answer.replica_id,
        start_time=time_message(answer.start_time_ms),
        uptime_ms=answer.uptime_ms,
        reads_served=answer.reads,
        writes_served=answer.writes,
        detail=answer.detail,
        memory_bytes=answer.memory_bytes,
        memory_budget_bytes=answer.memory_budget_bytes,
        state_memory_bytes=answer.state_memory_bytes,
        operations_waiting=answer.operations_waiting,
        calls=[_call(one) for one in answer.calls],
        scopes=scopes,
    )


def list_replicas_response(answer: ReplicasAnswer) -> pb.ListReplicasResponse:
    """Return the replicas, live ones first."""
    replicas = [_replica(report) for report in answer.reports]
    return pb.ListReplicasResponse(
        replicas=sorted(replicas, key=lambda one: (not one.alive, one.replica_id)),
        log_offset=answer.head.offset,
        log_entries=answer.head.sequence,
        replica_id=answer.replica_id,
    )


def list_settings_changes_response(answer: SettingsAnswer) -> pb.ListSettingsChangesResponse:
    """Return the settings, and their changes, newest first."""
    defaults = setting_texts(EngineSettings())
    return pb.ListSettingsChangesResponse(
        changes=[_settings_change(change) for change in reversed(answer.changes)],
        settings=[
            setting_pb2.Setting(name=name, value=value, default_value=defaults[name])
            for name, value in setting_texts(answer.settings).items()
        ],
        warnings=answer.warnings,
        offset=answer.offset,
    )


def _settings_change(change: ChangedSetting) -> setting_pb2.SettingsChange:
    return setting_pb2.SettingsChange(
        name=change.name,
        old_value=change.old,
        new_value=change.new,
        who=change.who,
        change_time=time_message(change.time_ms),
    )


def _replica(received: ReceivedReport) -> replica_pb2.Replica:
    report, head = received.report, received.head
    serving = report.serving or ReplicaServing()
    behind = max(0, head.sequence - report.position.sequence)
    behind_ms = time_ms_of(head.offset) - time_ms_of(report.position.offset) if behind else 0
    versions = {"river": report.river_version, "state": str(report.state_version)}
    if serving.headwater_version:
        versions["headwater"] = serving.headwater_version
    return replica_pb2.Replica(
        replica_id=report.replica_id,
        role=report.role,
        host=report.host,
        pid=report.pid,
        alive=received.age_ms <= LIVE_PATIENCE_MS,
        report_time=time_message(report.time_ms),
        report_age_ms=received.age_ms,
        offset=report.position.offset,
        lag_entries=behind,
        lag_ms=max(0, behind_ms),
        fault=report.broken,
        versions=versions,
        start_time=time_message(serving.start_time_ms),
        memory_bytes=serving.memory_bytes,
        calls=[_call(one) for one in serving.calls],
    )


def _call(figures: CallFigures) -> replica_pb2.CallFigures:
    return replica_pb2.CallFigures(
        call=figures.call,
        calls_per_second=figures.calls_per_second,
        failures_per_second=figures.failures_per_second,
        latency_p50_ms=figures.latency_p50_ms,
        latency_p90_ms=figures.latency_p90_ms,
        latency_p99_ms=figures.latency_p99_ms,
        under_way=figures.under_way,
        counts=figures.counts,
    )
