"""Where the model stands, read."""

from __future__ import annotations

from headwater.model import Metric, Model, ReplicaState
from headwater.v1 import model_service_pb2 as pb


def model(response: pb.GetModelResponse) -> Model:
    """Read where the model stands."""
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
