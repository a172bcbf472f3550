"""Server reflection, behind a guard like everything else: not everybody is told what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from headwater_server.api.guard.guard import Guard

CALL = f"{reflection.SERVICE_NAME}/ServerReflectionInfo"


def add_reflection(server: grpc.aio.Server, guard: Guard, services: Sequence[str]) -> None:
    """Let tools ask which of these services and messages there are."""
    names = [*services, "grpc.health.v1.Health", reflection.SERVICE_NAME]
    servicer: Any = reflection.aio.ReflectionServicer(names)
    servicer.ServerReflectionInfo = guard.stream(servicer.ServerReflectionInfo, CALL)
    add: Any = reflection_pb2_grpc.add_ServerReflectionServicer_to_server  # it has no types
    add(servicer, server)
