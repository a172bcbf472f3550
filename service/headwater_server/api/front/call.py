"""One call: what is received and sent, and its end. Everything happens on the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc

from headwater_server.api.front import grpcio_core
from headwater_server.api.front.grpcio_core import Core, Event, Metadata

OK = grpc.StatusCode.OK
NOTHING: Metadata = ()


class Call:
    """A call that was accepted, until its status is sent or the caller has left.

    At its end it frees the core's call at once: a server that stops waits for all of them.
    """

    __slots__ = (
        "_closing",
        "_core",
        "_is_closed",
        "_is_initial_sent",
        "_is_sending_status",
        "_is_sent",
        "_is_worked",
        "_loop",
        "_on_end",
        "_reading",
        "_take",
        "_task",
        "_writing",
        "is_cancelled",
    )

    def __init__(self, core: Core, loop: asyncio.AbstractEventLoop) -> None:
        self._core: Core | None = core
        self._loop = loop
        self._task: asyncio.Task[None] | None = None
        self._take: Callable[[bytes | None], None] | None = None
        self._reading: asyncio.Future[bytes | None] | None = None
        self._writing: asyncio.Future[bool] | None = None
        self._closing: asyncio.Future[None] | None = None
        self._is_closed = self._is_initial_sent = self._is_sending_status = False
        self._is_sent = self._is_worked = False  # the status; all that the method does
        self._on_end: Callable[[], None] | None = None
        self.is_cancelled = False  # by the caller, the deadline, or a server that stops

    def begin(self, take: Callable[[bytes | None], None], on_end: Callable[[], None]) -> None:
        """Receive a message for ``take``, before there is a task; see `run` for the end.

        Then either `end` answers the call, which never gets a task, or `run` begins one. None: the
        caller sent no message, or has left.
        """
        self._on_end, self._take = on_end, take
        grpcio_core.receive(self._core, self._first_received)

    def run(self, work: Any, on_end: Callable[[], None]) -> None:
        """Run a coroutine for the call; ``on_end`` is called after it, when its status is sent.

        At its end, it calls `worked`.
        """
        self._on_end, self._take = on_end, None
        grpcio_core.watch_close(self._core, self._closed)
        self._task = self._loop.create_task(work)

    @property
    def core(self) -> Core:
        """The core's call; UsageError after its end."""
        if self._core is None:
            raise grpc.aio.UsageError("the call has ended")
        return self._core

    @property
    def is_over(self) -> bool:
        """Whether the call has a status, or was cancelled; nothing can be sent after that."""
        return self._is_sending_status or self._is_closed

    def cancel(self) -> None:
        """End the work for a call that is over in the core; nothing more is asked of that one."""
        self._is_closed = self.is_cancelled = True
        if self._task is not None and not self._is_worked:
            self._task.add_done_callback(self.worked)  # it may not have begun, and never will
            self._task.cancel()

    async def receive(self) -> bytes | None:
        """Return the caller's next message, None after the last one."""
        if self._reading is not None and not self._reading.done():
            raise grpc.aio.UsageError("the call is being read already")
        reading: asyncio.Future[bytes | None] = self._loop.create_future()
        self._reading = reading
        grpcio_core.receive(self._open(), self._received)
        return await reading

    async def send_initial(self, metadata: Metadata) -> None:
        """Send the metadata that come before messages; without it, the first message sends none."""
        if self._is_initial_sent:
            raise grpc.aio.UsageError("the initial metadata were sent already")
        await self._send(metadata, None)

    async def send(self, message: bytes) -> None:
        """Send a message; return when the caller may get more."""
        await self._send(None if self._is_initial_sent else NOTHING, message)

    async def _send(self, initial: Metadata | None, message: bytes | None) -> None:
        self._writing = writing = self._loop.create_future()
        grpcio_core.send(self._open(), self._sent, initial, message)
        self._is_initial_sent = True
        if not await writing:
            await self._left()

    def end(
        self,
        code: grpc.StatusCode = OK,
        details: str = "",
        trailing: Metadata = NOTHING,
        message: bytes | None = None,
    ) -> None:
        """Send the status, after a message if there is one; return before they are sent."""
        core = self._open()
        initial = None if self._is_initial_sent else NOTHING
        number: int = code.value[0]  # number and name, in grpcio
        status = (number, details, trailing)
        has_task = self._task is not None  # which watches the call's end; else this does
        tag = self._ended if has_task else self._all_ended
        grpcio_core.send(core, tag, initial, message, status, until_closed=not has_task)
        self._is_initial_sent = self._is_sending_status = True

    def _open(self) -> Core:
        if self._is_sending_status or self._is_closed:
            raise grpc.aio.UsageError("the call has ended")
        return self.core

    def _first_received(self, event: Event) -> None:
        take, self._take = self._take, None
        if take is None:  # `run` did not wait for it
            return
        if self._is_closed:  # the server stops, and asks nothing more of the core
            self._finish()
        else:
            take(grpcio_core.message_of(event))

    def _received(self, event: Event) -> None:
        reading = self._reading
        if reading is not None and not reading.done():  # else the task was cancelled meanwhile
            reading.set_result(grpcio_core.message_of(event))

    def _sent(self, event: Event) -> None:
        writing = self._writing
        if writing is not None and not writing.done():
            writing.set_result(event.success)

    async def _left(self) -> None:
        """Wait for the event that says why nothing can be sent: the call is cancelled."""
        if not self._is_closed:
            self._closing = self._loop.create_future()
            await self._closing
        raise asyncio.CancelledError

    def _closed(self, event: Event) -> None:
        if grpcio_core.is_cancelled(event) and not self._is_sending_status:
            self.cancel()
        self._is_closed = True
        if self._closing is not None and not self._closing.done():
            self._closing.set_result(None)

    def worked(self, _: object = None) -> None:
        """Record that the work has ended."""
        self._is_worked = True
        if self._is_sent or not self._is_sending_status:
            self._finish()

    def _ended(self, _: object) -> None:
        self._is_sent = True
        if self._is_worked:  # else it goes on after its status
            self._finish()

    def _all_ended(self, _: object) -> None:
        self._is_closed = True
        self._finish()

    def _finish(self) -> None:
        on_end, self._on_end, self._core = self._on_end, None, None
        if on_end is not None:
            on_end()
