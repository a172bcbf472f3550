"""A server for services that need no key: they take small bodies only, and few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from headwater_server.api.errors import Context, abort
from headwater_server.api.front.front import Front
from headwater_server.errors import HeadwaterError, InvalidRequest, Overloaded

BYTES_MAX = 1_024
RECEIVING_MAX = 32
RECEIVE_S = 2.0  # then a body that does not come frees its place
RETRY_MS = 1_000


class KeylessServer:
    """Registers with ``server`` the methods of ``add_…Servicer_to_server``.

    gRPC receives up to 4 MiB before it calls a method; so each is registered as if it took a
    stream of requests, and reads the only one itself.
    """

    def __init__(self, server: Front) -> None:
        self._server = server
        self._receiving = asyncio.Semaphore(RECEIVING_MAX)

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Do nothing: the same methods are registered one by one."""

    def add_registered_method_handlers(
        self, service: str, handlers: Mapping[str, grpc.RpcMethodHandler[Any, Any]]
    ) -> None:
        """Register the methods of ``service``."""
        bounded = {
            name: self._bounded(handler, f"{service}/{name}") for name, handler in handlers.items()
        }
        generic = grpc.method_handlers_generic_handler(service, bounded)
        self._server.add_generic_rpc_handlers((generic,))

    def _bounded(self, handler: Any, call: str) -> Any:
        method = handler.unary_unary or handler.unary_stream

        async def answer(_requests: Any, context: Context) -> Any:
            try:
                request = handler.request_deserializer(await self._received(context))
            except DecodeError:
                await abort(context, InvalidRequest("request", "does not parse"), call)
            except HeadwaterError as error:
                await abort(context, error, call)
            return await method(request, context)

        encode = handler.response_serializer
        if handler.unary_unary is not None:
            return grpc.stream_unary_rpc_method_handler(answer, response_serializer=encode)
        return grpc.stream_stream_rpc_method_handler(answer, response_serializer=encode)

    async def _received(self, context: Context) -> bytes:
        try:
            async with self._receiving, asyncio.timeout(RECEIVE_S):
                data: Any = await context.read()
        except TimeoutError:
            raise Overloaded(RETRY_MS, "the request did not arrive in time") from None
        if data is grpc.aio.EOF or len(data) > BYTES_MAX:
            raise InvalidRequest("request", f"has more than {BYTES_MAX} bytes, or is missing")
        return data  # type: ignore[no-any-return]  # bytes, as nothing decodes them before
