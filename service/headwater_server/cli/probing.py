"""`headwater probe`: is the server serving? For containers' health checks."""

from __future__ import annotations

from typing import Annotated

import grpc
import typer
from grpc_health.v1 import health_pb2

from headwater_server.cli.failures import fail

TIMEOUT_S = 2.0


def probe(
    target: Annotated[str, typer.Option(help="host:port of the server")] = "127.0.0.1:50051",
    service: Annotated[str, typer.Option(help="one service; else the server as a whole")] = "",
) -> None:
    """Exit with 0 if grpc.health.v1 says SERVING."""
    with grpc.insecure_channel(target) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer = check(request, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            fail(f"{target}: {error.code().name}")
    name = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        fail(f"{target}: {name}")
    print(name)
