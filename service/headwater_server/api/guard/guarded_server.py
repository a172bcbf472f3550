"""A server for the generated code to register with, which wraps every method in a guard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import grpc

from headwater_server.api.front.front import Front
from headwater_server.api.guard.body import Body
from headwater_server.api.guard.guard import Guard


class GuardedServer:
    """Registers with ``server`` the methods of ``add_…Servicer_to_server``, guarded.

    It replaces an interceptor: each method is wrapped once, not at each call. gRPC gets no
    deserializer, and one-to-one methods are registered as if they took a stream of requests: on
    the wire that is the same, and gRPC then reads no body before the guard asks for it.
    """

    def __init__(self, server: Front, guard: Guard) -> None:
        self._server = server
        self._guard = guard

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Do nothing: the same methods are registered one by one, with their names."""

    def add_registered_method_handlers(
        self, service: str, handlers: Mapping[str, grpc.RpcMethodHandler[Any, Any]]
    ) -> None:
        """Register the methods of ``service``, each wrapped in the guard."""
        guarded = {
            name: self._guarded(handler, f"{service}/{name}") for name, handler in handlers.items()
        }
        generic = grpc.method_handlers_generic_handler(service, guarded)
        self._server.add_generic_rpc_handlers((generic,))

    def _guarded(
        self, handler: grpc.RpcMethodHandler[Any, Any], call: str
    ) -> grpc.RpcMethodHandler[Any, Any]:
        decode: Any = handler.request_deserializer
        encode: Any = handler.response_serializer
        made: grpc.RpcMethodHandler[Any, Any]
        if handler.unary_unary is not None:
            method: Any = handler.unary_unary
            servicer: Any = getattr(method, "__self__", None)  # a test may have functions
            soon = getattr(servicer, "soon", {}).get(call.rpartition("/")[2])
            guarded: Any = self._guard.unary(method, call, Body(decode), encode, soon)
            made = grpc.stream_unary_rpc_method_handler(guarded)
        else:  # the API has one-to-one methods, and streams both ways
            stream: Any = handler.stream_stream
            streaming: Any = self._guard.stream(stream, call, Body(decode))
            made = grpc.stream_stream_rpc_method_handler(streaming, response_serializer=encode)
        return made
