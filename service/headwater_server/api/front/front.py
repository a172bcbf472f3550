"""Chooses the gRPC server under the services; both kinds have one interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import grpc
import structlog

from headwater_server.api.front.completion_queue_server import CompletionQueueServer
from headwater_server.api.front.grpcio_core import problem
from headwater_server.api.settings import ApiSettings

Options = Sequence[tuple[str, Any]]

_log = structlog.get_logger("headwater.api")


class Front(Protocol):
    """What the API needs from a gRPC server; `grpc.aio.Server` has it, too."""

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Serve the methods of these handlers."""

    def add_insecure_port(self, address: str) -> int:
        """Bind a port and return it; raise RuntimeError if that is not possible."""

    async def start(self) -> None:
        """Accept calls from now on."""

    async def stop(self, grace: float | None) -> Any:
        """Refuse new calls at once, and cancel those under way after ``grace`` seconds."""


def front_of(settings: ApiSettings, options: Options) -> Front:
    """Return the server that ``grpc_server`` names, or `grpc.aio`'s where only that one runs."""
    if settings.grpc_server == "completion_queue":
        missing = problem()
        if not missing:
            return CompletionQueueServer(options)
        _log.warning("the slower gRPC server of grpc.aio is used", reason=missing)
    return grpc.aio.server(options=list(options))


def takes_all(front: Front) -> bool:
    """Return whether each turn of the loop accepts all calls that have arrived.

    A thread of `grpc.aio` hands over one after another, and needs Python's lock for each.
    """
    return isinstance(front, CompletionQueueServer)
