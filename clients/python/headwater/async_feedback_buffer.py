"""Feedback without waiting for the answer, for asyncio: nothing is lost without a word."""

from __future__ import annotations

import asyncio
import atexit
import os
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from headwater.async_client import AsyncClient
from headwater.backlog import Backlog, BufferFullError, Lost, OnLost
from headwater.channel import FEEDBACK_TIMEOUT_S
from headwater.delivery import (
    CLOSING_DELAY_S,
    checked_bytes,
    delay_s,
    halves,
    may_pass,
    not_learned,
)
from headwater.events import Event


class AsyncFeedbackBuffer:
    """`headwater.FeedbackBuffer` for asyncio: the same promises, awaited.

    What is left when the loop ends without a `close` can not be sent any more: it is lost, logged
    and handed to ``on_lost(event, reason)``.
    """

    def __init__(
        self,
        client: AsyncClient,
        *,
        events_max: int = 10_000,
        batch_max: int = 500,
        interval_s: float = 0.2,
        patience_s: float = 60.0,
        on_lost: OnLost | None = None,
    ) -> None:
        self._client = client
        self._interval_s = interval_s
        self._backlog = Backlog(events_max, batch_max, patience_s, on_lost)
        self._changed = asyncio.Condition()
        self._sender: asyncio.Task[None] | None = None
        self._process = os.getpid()

    @property
    def offset(self) -> str:
        """A state that has learned all that was answered so far, "" before the first answer."""
        return self._backlog.offset

    async def add(self, event: Event, *, timeout_s: float | None = None) -> None:
        """Take an event; wait while the buffer is full, `BufferFullError` after ``timeout_s``.

        `ValueError` or `TypeError` for an event that no request can carry.
        """
        size_bytes = checked_bytes(event)
        backlog = self._backlog
        if not await self._wait(lambda: backlog.is_closed or not backlog.is_full, timeout_s):
            raise BufferFullError(f"{backlog.events_max} events are on their way")
        backlog.add(event, size_bytes)
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_all(), name="headwater")
            atexit.register(self._lose_rest)
        await self._tell_waiters()

    async def flush(self, timeout_s: float | None = None) -> None:
        """Return when all that was added before is learned or lost; `TimeoutError` if not."""
        backlog, wanted = self._backlog, self._backlog.added
        backlog.hurry = True
        await self._tell_waiters()
        if not await self._wait(lambda: backlog.settled >= wanted, timeout_s):
            raise TimeoutError(f"{wanted - backlog.settled} events are still on their way")

    async def close(self, timeout_s: float = 10.0) -> None:
        """Send what is left, take nothing any more. What ``timeout_s`` is too short for is lost.

        A call that is under way may take up to its own deadline, 5 seconds, longer.
        """
        self._backlog.close(timeout_s)
        await self._tell_waiters()
        if self._sender is not None:
            await asyncio.wait([self._sender])
        atexit.unregister(self._lose_rest)

    async def _send_all(self) -> None:
        try:
            while batch := await self._next_batch():
                self._backlog.tell(await self._send(batch, time.monotonic()))
                self._backlog.settle()
                await self._tell_waiters()
        finally:  # cancelled, or the loop is gone
            self._lose_rest()

    def _lose_rest(self) -> None:
        if os.getpid() != self._process:
            return  # forked from the loop's process, which still sends it
        self._backlog.lose_rest("the loop ended before the buffer was closed")

    async def _next_batch(self) -> list[Event]:
        """Wait for a batch; none comes after the last one of a closed buffer."""
        backlog = self._backlog
        backlog.hurry = backlog.hurry and not backlog.is_empty
        await self._wait(lambda: not backlog.is_empty or backlog.is_closed)
        await self._wait(lambda: backlog.is_due, self._interval_s)
        return backlog.take()

    async def _send(self, batch: list[Event], began_s: float) -> list[Lost]:
        """Send a batch until it is answered or given up; return what is lost of it."""
        tries = 0
        while True:
            tries += 1
            try:
                return await self._try(batch, began_s)
            except Exception as error:  # noqa: BLE001 - nothing may end the task and lose the rest
                if parts := halves(batch, error):
                    return [lost for part in parts for lost in await self._send(part, began_s)]
                if not (may_pass(error) and await self._waited(began_s, tries)):
                    reason = f"{type(error).__name__}: {error}"
                    return [(event, reason) for event in batch]

    async def _try(self, batch: list[Event], began_s: float) -> list[Lost]:
        remaining_s = self._backlog.give_up_at_s(began_s) - time.monotonic()
        timeout_s = max(0.05, min(FEEDBACK_TIMEOUT_S, remaining_s))
        answer = await self._client.feedback(batch, timeout_s=timeout_s)
        self._backlog.offset = answer.offset
        return not_learned(batch, answer)

    async def _waited(self, began_s: float, tries: int) -> bool:
        """Wait before the next try; return whether there is time for one."""
        await self._wait(lambda: self._backlog.is_closed, delay_s(tries))
        if self._backlog.is_closed:
            await asyncio.sleep(CLOSING_DELAY_S)
        return self._backlog.give_up_at_s(began_s) > time.monotonic()

    async def _wait(self, condition: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Return whether the condition holds, at once or within ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                return await self._changed.wait_for(condition)
        except TimeoutError:
            return False

    async def _tell_waiters(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
