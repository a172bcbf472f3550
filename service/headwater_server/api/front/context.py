"""What a method gets to know about its call, and can do with it: as `grpc.aio.ServicerContext`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, NoReturn, Protocol

import grpc

from headwater_server.api.front import grpcio_core
from headwater_server.api.front.call import NOTHING, OK, Call
from headwater_server.api.front.grpcio_core import Event, Metadata

Coder = Callable[[Any], Any]
Pairs = Iterable[tuple[str, str | bytes]]

EARLY_S = 0.005
"""So long a refusal waits before anything was read: grpc.aio's clients report INTERNAL if a call
ends while they send their first message."""


class Described(Protocol):
    """What a context needs to know of its method; see `methods.Method`."""

    decode: Coder | None
    encode: Coder | None
    takes_stream: bool

    def answered(self, context: Context) -> Coroutine[Any, Any, None]:
        """Answer the call."""


class Context:
    """The context of one call. ``begun`` is what its method noted of it before its task."""

    __slots__ = (
        "_aborted",
        "_callbacks",
        "_code",
        "_deadline_s",
        "_details",
        "_first",
        "_may_be_early",
        "_metadata",
        "_method",
        "_on_end",
        "_peer",
        "_trailing",
        "begun",
        "call",
    )

    def __init__(
        self,
        event: Event,
        loop: asyncio.AbstractEventLoop,
        method: Described,
        on_end: Callable[[Context], None],
    ) -> None:
        """Make it from the event of a new call; ``on_end`` is called when that has ended."""
        self._may_be_early = method.takes_stream  # until something was read
        self.call = Call(event.call, loop)
        self.begun: Any = None
        self._method, self._on_end = method, on_end
        self._first: tuple[bytes | None] | None = None  # the message, received before the task
        self._metadata: Metadata = event.invocation_metadata
        self._deadline_s = grpcio_core.deadline_s(event)
        self._peer = ""
        self._aborted: grpc.aio.AbortError | None = None
        self._callbacks: list[Callable[[Context], object]] = []
        self._code, self._details = OK, ""
        self._trailing: Metadata = NOTHING

    def run(self, first: tuple[bytes | None] | None = None) -> None:
        """Let the method's coroutine answer; ``first`` is the message, if it was received."""
        self._first = first
        self.call.run(self._method.answered(self), self._ended)

    def begin(self, take: Callable[[bytes | None], None]) -> None:
        """Receive the first message for ``take``, which calls `finish` or `run`."""
        self.call.begin(take, self._ended)

    async def read(self) -> Any:
        """Return the next message, `grpc.aio.EOF` after the last one."""
        self._go_on()
        self._may_be_early = False
        if self._first is None:
            data = await self.call.receive()
        else:
            (data,), self._first = self._first, None
            if data is None:
                await asyncio.sleep(EARLY_S)  # a caller who has left cancels this
        if data is None:
            return grpc.aio.EOF
        decode = self._method.decode
        return decode(data) if decode else data

    async def write(self, message: Any) -> None:
        """Send a message; return when the caller may get more."""
        self._go_on()
        encode = self._method.encode
        await self.call.send(encode(message) if encode else message)

    async def send_initial_metadata(self, metadata: Pairs) -> None:
        """Send metadata before the first message."""
        self._go_on()
        await self.call.send_initial(tuple(metadata))

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: Pairs = ()
    ) -> NoReturn:
        """End the call with an error."""
        if self._aborted is not None:
            raise grpc.aio.UsageError("the call was aborted already")
        self._aborted = grpc.aio.AbortError("aborted by the method")
        self._code, self._details = code, details or self._details
        self._trailing = tuple(trailing_metadata) or self._trailing
        if self._may_be_early:
            await asyncio.sleep(EARLY_S)
        self.call.end(code, self._details, self._trailing)
        raise self._aborted

    async def abort_with_status(self, status: Any) -> NoReturn:
        """End the call with an error, and the details that belong to it."""
        await self.abort(status.code, status.details, status.trailing_metadata or ())

    def finish(self, message: bytes | None) -> None:
        """End a call whose method has returned: OK, or what it set."""
        self._go_on()
        sent = message if self._code is OK else None
        self.call.end(self._code, self._details, self._trailing, sent)

    def _go_on(self) -> None:
        """Raise the error of `abort` again, if the method goes on after it."""
        if self._aborted is not None:
            raise self._aborted

    def set_trailing_metadata(self, trailing_metadata: Pairs) -> None:
        """Set what is sent with the status."""
        self._trailing = tuple(trailing_metadata)

    def trailing_metadata(self) -> Metadata:
        """Return what was set."""
        return self._trailing

    def set_code(self, code: grpc.StatusCode) -> None:
        """Set the status of a call that returns."""
        self._code = code

    def code(self) -> grpc.StatusCode:
        """Return the status that was set, or that the call was aborted with."""
        return self._code

    def set_details(self, details: str) -> None:
        """Set the text of the status."""
        self._details = details

    def details(self) -> str:
        """Return it."""
        return self._details

    def invocation_metadata(self) -> Metadata:
        """Return the caller's metadata."""
        return self._metadata

    def time_remaining(self) -> float | None:
        """Return the seconds until the deadline, None if the caller set none."""
        return None if self._deadline_s is None else max(0.0, self._deadline_s - time.time())

    def peer(self) -> str:
        """Return the other end's address; only of use while the call is under way."""
        if not self._peer:
            self._peer = self.call.core.peer().decode()
        return self._peer

    def peer_identities(self) -> Sequence[bytes] | None:
        """Return the names in the other end's certificate, None without one."""
        return grpcio_core.peer_identities(self.call.core)

    def peer_identity_key(self) -> str | None:
        """Return which of its properties holds those names."""
        return grpcio_core.peer_identity_key(self.call.core)

    def auth_context(self) -> Mapping[str, Sequence[bytes]]:
        """Return what is known of it from its certificate."""
        return grpcio_core.auth_context(self.call.core)

    def add_done_callback(self, callback: Callable[[Context], object]) -> None:
        """Call ``callback`` with this context when the call has ended and its status is sent."""
        self._callbacks.append(callback)

    def done(self) -> bool:
        """Return whether the call has a status, or the caller has left."""
        return self.call.is_over

    def cancelled(self) -> bool:
        """Return whether the caller has left, or its deadline has passed."""
        return self.call.is_cancelled

    def _ended(self) -> None:
        """Call what waits for the end."""
        self._on_end(self)
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(self)
        self.begun = None  # it knows this context: two that know each other stay until a gc pass
