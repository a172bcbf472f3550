"""Reads a call's body after the call was admitted: bounds its decoded size, then decodes it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from headwater_server.api.errors import Context
from headwater_server.api.guard.wire_size import DecodedSize
from headwater_server.errors import InvalidRequest

RECEIVING_MAX = 16  # bodies of one caller at a time: 64 MiB, however slowly they come


class Receiving:
    """The bodies that are being received of one caller; a semaphore that costs little if free."""

    __slots__ = ("_waiting", "bodies")

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.bodies = 0

    async def room(self) -> None:
        """Return when there is room for one more."""
        while self.bodies >= RECEIVING_MAX:
            room: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(room)
            try:
                await room
            except asyncio.CancelledError:
                if not room.cancelled():
                    self._wake()  # it had room, and does not use it
                raise

    def received(self) -> None:
        """Record that a body was received, or will not be."""
        self.bodies -= 1
        if self._waiting:
            self._wake()

    def _wake(self) -> None:
        while self._waiting:
            room = self._waiting.popleft()
            if not room.done():
                room.set_result(None)
                return


class Body:
    """The bodies of one method, whose messages ``decode`` makes of bytes."""

    def __init__(self, decode: Callable[[bytes], Any]) -> None:
        """Learn the message type from an empty message.

        ``has_min_offset``: whether a message may name the offset that its call waits for.
        """
        descriptor = decode(b"").DESCRIPTOR
        self._decode = decode
        self._name = descriptor.full_name
        self._size = DecodedSize(descriptor)

        self.has_min_offset = "min_offset" in descriptor.fields_by_name

    async def read(self, context: Context, receiving: Receiving) -> bytes:
        """Return the bytes of the only message; gRPC receives none of them before."""
        if receiving.bodies >= RECEIVING_MAX:
            await receiving.room()
        receiving.bodies += 1
        try:
            data: Any = await context.read()
        finally:
            receiving.received()
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
