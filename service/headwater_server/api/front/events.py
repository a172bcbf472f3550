"""Hands all events that wait over to the loop's thread at once.

A thread waits for the first event while there is none, and wakes the loop. Then the loop's own
thread takes what else is ready, lets the tasks run that this started, and looks again; so calls
that arrive together are answered together, and under load no thread is woken at all. Only when
nothing is ready, and the loop had nothing else to do either, does the thread wait again.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time

import structlog

from headwater_server.api.front.grpcio_core import CoreServer, Event

TAKEN_MAX = 128  # events, before tasks run; each takes some 10 us
BUSY_S = 200e-6  # a turn of the loop that took longer had work, and is not the last one

_log = structlog.get_logger("headwater.api")


class Events:
    """The events of one server; ``event.tag(event)`` is called for each, on the loop."""

    def __init__(self, core: CoreServer) -> None:
        """Needs a running loop."""
        self._core = core
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._first: Event | None = None
        self._taken = threading.Lock()  # held until the loop has taken what the thread found
        self._taken.acquire()
        self._looked_s = 0.0
        self._ended: asyncio.Future[None] = self._loop.create_future()

    def start(self) -> None:
        """Take events from now on."""
        threading.Thread(target=self._wait, name="grpc-events", daemon=True).start()

    async def ended(self) -> None:
        """Return when the queue is closed and empty."""
        await self._ended

    def _wait(self) -> None:
        while True:
            # in no local variable: an event that stays here would keep its call alive
            self._first = self._core.wait()
            is_last = self._first is None
            try:
                self._loop.call_soon_threadsafe(self._wake, context=self._context)
            except RuntimeError:  # the loop is closed
                return
            if is_last:
                return
            self._taken.acquire()

    def _wake(self) -> None:
        first, self._first = self._first, None
        self._looked_s = time.monotonic()
        if first is not None:
            self._take(first)
        elif not self._ended.done():
            self._ended.set_result(None)

    def _take(self, event: Event) -> None:
        for _ in range(TAKEN_MAX):
            self._handle(event)
            event = self._core.ready()
            if event is None:
                break
        else:
            self._handle(event)
        self._loop.call_soon(self._look)

    def _look(self) -> None:
        event = self._core.ready()
        before_s, self._looked_s = self._looked_s, time.monotonic()
        if event is not None:
            self._take(event)
        elif self._looked_s - before_s > BUSY_S:  # to wake the thread would take longer than this
            self._loop.call_soon(self._look)
        else:
            self._taken.release()

    def _handle(self, event: Event) -> None:
        try:
            event.tag(event)
        except Exception:  # noqa: BLE001 - the others' events go on
            _log.exception("an event of gRPC was not handled")
