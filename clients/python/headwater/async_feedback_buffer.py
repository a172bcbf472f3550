"""Feedback without waiting for the answer, for asyncio: every loss is reported."""

from __future__ import annotations

import asyncio
import inspect
import os
import time
from collections.abc import Iterable
from logging import getLogger
from types import TracebackType
from typing import Self

from headwater.async_changes import AsyncChanges
from headwater.async_client import AsyncClient
from headwater.backlog import Backlog, WhenFull
from headwater.channel import FEEDBACK_TIMEOUT_S
from headwater.delivery import (
    CLOSING_DELAY_S,
    CLOSING_GRACE_S,
    HANGS,
    checked_bytes,
    delay_s,
    halves,
    may_pass,
    not_learned,
    undelivered,
)
from headwater.events import Event
from headwater.losses import Loss, Losses, OnLost, OnRefused
from headwater.process_end import ProcessEnd

CLOSE_TIMEOUT_S = 10.0
_log = getLogger("headwater")


class AsyncFeedbackBuffer:
    """`headwater.FeedbackBuffer` for asyncio, with the same guarantees.

    ``on_lost`` and ``on_refused`` may be plain functions or coroutines. If `asyncio.run` ends the
    loop before `close`, the buffer still sends what is left. If the loop just stops, it cannot:
    what is left is lost, logged and passed to ``on_lost(event, reason)`` when the process ends.
    """

    def __init__(
        self,
        client: AsyncClient,
        *,
        events_max: int = 10_000,
        batch_max: int = 500,
        interval_s: float = 0.2,
        patience_s: float = 60.0,
        when_full: WhenFull = "wait",
        on_lost: OnLost | None = None,
        on_refused: OnRefused | None = None,
    ) -> None:
        self._client = client
        self._interval_s = interval_s
        self._backlog = Backlog(events_max, batch_max, patience_s, when_full)
        self._losses = Losses(on_lost, on_refused)
        self._changes = AsyncChanges()
        self._sender: asyncio.Task[None] | None = None
        self._process = os.getpid()
        self._end = ProcessEnd(self._loop_stopped)

    @property
    def offset(self) -> str:
        """The offset of a state with all answered events, "" before the first answer."""
        return self._backlog.offset

    async def add(self, event: Event, *, timeout_s: float | None = None) -> None:
        """Take an event; wait while the buffer is full, `BufferFullError` after ``timeout_s``.

        `ValueError` or `TypeError` for an event that no request can carry. If the caller is
        cancelled while it waits, the event is not added.
        """
        size_bytes = checked_bytes(event)
        backlog = self._backlog
        wait_s = 0.0 if self._is_in_sender else backlog.wait_s(timeout_s)
        if not await self._changes.wait_for(lambda: backlog.has_answer, wait_s):
            await self._report([backlog.overflow(event)])
            return
        backlog.add(event, size_bytes)
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_all(), name="headwater")
            self._end.ask()
        self._changes.notify_all()

    async def flush(self, timeout_s: float | None = None) -> None:
        """Return when all events added so far are learned or lost; else `TimeoutError`."""
        if self._is_in_sender:
            raise RuntimeError("on_lost must not wait for the buffer that calls it")
        backlog, wanted = self._backlog, self._backlog.added
        backlog.hurry = True
        self._changes.notify_all()
        if not await self._changes.wait_for(lambda: backlog.settled >= wanted, timeout_s):
            raise TimeoutError(f"{wanted - backlog.settled} events are still on their way")

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Send what is left and take no more events. What is not sent within ``timeout_s`` is lost.

        A call in progress may take longer, up to its own deadline of 5 seconds.
        """
        self._backlog.close(timeout_s)
        self._changes.notify_all()
        if self._sender is not None and not self._is_in_sender:
            _, hanging = await asyncio.wait([self._sender], timeout=timeout_s + CLOSING_GRACE_S)
            for loss in self._backlog.lose_rest(HANGS) if hanging else ():
                Losses(None, None).report(loss)
        self._end.forget()

    @property
    def _is_in_sender(self) -> bool:
        """Whether the current task is the buffer's own: on_lost called this."""
        return self._sender is not None and asyncio.current_task() is self._sender

    async def _send_all(self) -> None:
        try:
            await self._send_until_closed()
        except asyncio.CancelledError:  # the loop ends and waits for its tasks
            self._backlog.close(CLOSE_TIMEOUT_S)
            self._changes.notify_all()
            await self._send_until_closed()
        finally:  # events are left only if the task was cancelled again or the loop is gone
            self._lose_rest()

    async def _send_until_closed(self) -> None:
        while batch := await self._next_batch():
            await self._report(await self._send(batch, time.monotonic()))
            self._backlog.settle()
            self._changes.notify_all()

    def _loop_stopped(self) -> None:
        if os.getpid() == self._process:  # a forked process leaves them to its parent
            self._lose_rest()

    def _lose_rest(self) -> None:
        rest = self._backlog.lose_rest("the loop ended before the buffer was closed")
        self._changes.notify_all()
        for loss in rest:
            returned = self._losses.report(loss)
            if inspect.iscoroutine(returned):
                returned.close()  # no loop is left to await it; the log has the loss

    async def _report(self, losses: Iterable[Loss]) -> None:
        for loss in losses:
            returned = self._losses.report(loss)
            if inspect.isawaitable(returned):
                try:
                    await returned
                except Exception:  # noqa: BLE001 - the caller's error must not lose the other events
                    _log.exception("on_lost failed")

    async def _next_batch(self) -> list[Event]:
        """Wait for a batch; return an empty one after the last batch of a closed buffer."""
        backlog = self._backlog
        backlog.hurry = backlog.hurry and not backlog.is_empty
        await self._changes.wait_for(lambda: not backlog.is_empty or backlog.is_closed)
        await self._changes.wait_for(lambda: backlog.is_due, self._interval_s)
        return backlog.take()

    async def _send(self, batch: list[Event], began_s: float) -> list[Loss]:
        """Send a batch until it is answered or given up; return its lost events."""
        tries = 0
        while True:
            tries += 1
            try:
                return await self._try(batch, began_s)
            except Exception as error:  # noqa: BLE001 - an error must not end the task and lose the rest
                if parts := halves(batch, error):
                    return [lost for part in parts for lost in await self._send(part, began_s)]
                if not (may_pass(error) and await self._waited(began_s, delay_s(tries, error))):
                    return undelivered(batch, error)

    async def _try(self, batch: list[Event], began_s: float) -> list[Loss]:
        remaining_s = self._backlog.give_up_at_s(began_s) - time.monotonic()
        timeout_s = max(0.05, min(FEEDBACK_TIMEOUT_S, remaining_s))
        answer = await self._client.feedback(batch, timeout_s=timeout_s)
        self._backlog.offset = answer.offset
        return not_learned(batch, answer)

    async def _waited(self, began_s: float, seconds: float) -> bool:
        """Wait before the next try; return whether there is time for one."""
        left_s = self._backlog.give_up_at_s(began_s) - time.monotonic()
        await self._changes.wait_for(lambda: self._backlog.is_closed, min(seconds, left_s))
        if self._backlog.is_closed:
            await asyncio.sleep(CLOSING_DELAY_S)
        return self._backlog.give_up_at_s(began_s) > time.monotonic()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
