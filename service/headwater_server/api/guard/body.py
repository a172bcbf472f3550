"""Reads a call's body after the call was admitted: bounds its decoded size, then decodes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from headwater_server.api.errors import Context
from headwater_server.api.guard.wire_size import DecodedSize
from headwater_server.errors import InvalidRequest


class Body:
    """The bodies of one method, whose messages ``decode`` makes of bytes."""

    def __init__(self, decode: Callable[[bytes], Any]) -> None:
        """Learn the message type from an empty message."""
        descriptor = decode(b"").DESCRIPTOR
        self._decode = decode
        self._name = descriptor.full_name
        self._size = DecodedSize(descriptor)

    async def read(self, context: Context) -> bytes:
        """Return the bytes of the only message; gRPC receives none of them before."""
        data: Any = await context.read()
        if data is grpc.aio.EOF:
            raise InvalidRequest("request", f"is missing; send one {self._name}")
        return data  # type: ignore[no-any-return]  # bytes, as nothing decodes them before

    def message(self, data: bytes) -> Any:
        """Return the message; raise `InvalidRequest` if it is too large or malformed."""
        self._size.check(data)
        try:
            return self._decode(data)
        except DecodeError:
            problem = f"is no {self._name}: its bytes do not parse, or a text is not UTF-8"
            raise InvalidRequest("request", problem) from None
