"""A connection for asyncio: it makes each call and translates its errors."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self, TypeVar

import grpc

from headwater.calls import Call
from headwater.channel import channel_options, metadata
from headwater.errors import from_rpc_error
from headwater.tls import Tls, secured

Answer = TypeVar("Answer")


class AsyncConnection:
    """One connection to one server. Make it on the event loop; close it, or use ``async with``."""

    def __init__(
        self,
        target: str,
        credentials: grpc.ChannelCredentials | None = None,
        *,
        key: str = "",
        tls: Tls | bool = False,
    ) -> None:
        """Set the server, ``host:port``; without ``tls`` the connection is not encrypted.

        ``tls=True`` trusts the public authorities. A `Tls` names your own authority, and a
        certificate of the caller (mTLS). ``credentials`` are gRPC's own, instead of ``tls``.
        ``key`` is the API key that each call sends; servers that listen beyond their own machine
        require one. Nothing is sent before the first call.
        """
        credentials, more = secured(credentials, tls)
        options = [*channel_options(target), *more]
        self._channel = (
            grpc.aio.secure_channel(target, credentials, options)
            if credentials
            else grpc.aio.insecure_channel(target, options)
        )
        self._metadata = metadata(key)
        self._methods: dict[str, Any] = {}

    async def close(self) -> None:
        """Close the connection; calls in progress end with an error."""
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def _stream_method(self, path: str, request: Any, answer: Any) -> Any:
        return self._channel.stream_stream(path, request.SerializeToString, answer.FromString)

    async def _make(
        self,
        call: Call[Answer],
        timeout_s: float,
        sent: tuple[tuple[str, str], ...] | None = None,
    ) -> Answer:
        """Make a call; it carries ``sent`` instead of the connection's own key, if given."""
        method = self._methods.get(call.path)
        if method is None:
            serialize = type(call.request).SerializeToString
            method = self._channel.unary_unary(call.path, serialize, call.answer.FromString)
            self._methods[call.path] = method
        try:
            carried = self._metadata if sent is None else sent
            answer = await method(call.request, timeout=timeout_s, metadata=carried)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return call.read(answer)
