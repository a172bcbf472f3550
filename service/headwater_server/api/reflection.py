"""Server reflection, inside a guard like every service: it needs a key, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from headwater_server.api.front.front import Front
from headwater_server.api.guard.guard import Guard
from headwater_server.api.guard.guarded_server import GuardedServer


def add_reflection(server: Front, guard: Guard, services: Sequence[str]) -> None:
    """Let tools list these services and their messages."""
    names = [*services, "grpc.health.v1.Health", reflection.SERVICE_NAME]
    servicer: Any = reflection.aio.ReflectionServicer(names)
    add: Any = reflection_pb2_grpc.add_ServerReflectionServicer_to_server  # it has no types
    add(servicer, GuardedServer(server, guard))
