"""Feedback without waiting for the answer, for threads: every loss is reported."""

from __future__ import annotations

import os
import time
from inspect import iscoroutinefunction
from threading import Condition, Thread, current_thread
from types import TracebackType
from typing import Self

from headwater.backlog import Backlog, BufferClosedError, WhenFull
from headwater.channel import FEEDBACK_TIMEOUT_S
from headwater.client import Client
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


class FeedbackBuffer:
    """Takes events at once and sends them in batches from its own thread.

    A batch is sent when it has ``batch_max`` events or its first event has waited ``interval_s``.
    While the server is away, the buffer tries the same events again for ``patience_s``: they carry
    their ids, so none is learned twice. While ``events_max`` events wait or are being sent, `add`
    waits (back-pressure). With ``when_full="raise"`` it raises `BufferFullError` instead, with
    "drop" the event is lost.

    An event that cannot be sent is logged (logger "headwater") and passed to ``on_lost(event,
    reason)``. An event that the server received but did not learn (quarantined, conflict) is passed
    to ``on_refused(event, result)``, or to ``on_lost`` if there is no ``on_refused``. The buffer's
    thread calls both; they must not wait for the buffer. The end of a ``with``, `close` and the end
    of the program send what is left. Close the buffer before its client.

    A forked process has neither the thread nor the connection: make the client and the buffer in
    the process that uses them. In a child process, a buffer that was used before the fork refuses
    events, and the parent sends what was added; a buffer that was not used yet works.
    """

    def __init__(
        self,
        client: Client,
        *,
        events_max: int = 10_000,
        batch_max: int = 500,
        interval_s: float = 0.2,
        patience_s: float = 60.0,
        when_full: WhenFull = "wait",
        on_lost: OnLost | None = None,
        on_refused: OnRefused | None = None,
    ) -> None:
        if iscoroutinefunction(on_lost) or iscoroutinefunction(on_refused):
            raise TypeError(
                "a thread cannot await: pass plain functions, or use AsyncFeedbackBuffer"
            )
        self._client = client
        self._interval_s = interval_s
        self._backlog = Backlog(events_max, batch_max, patience_s, when_full)
        self._losses = Losses(on_lost, on_refused)
        self._changed = Condition()
        self._sender: Thread | None = None
        self._process = os.getpid()
        self._end = ProcessEnd(self.close)

    @property
    def offset(self) -> str:
        """The offset of a state with all answered events, "" before the first answer."""
        return self._backlog.offset

    def add(self, event: Event, *, timeout_s: float | None = None) -> None:
        """Take an event; wait while the buffer is full, `BufferFullError` after ``timeout_s``.

        `ValueError` or `TypeError` for an event that no request can carry.
        """
        size_bytes = checked_bytes(event)
        self._refuse_after_fork()
        if dropped := self._taken(event, size_bytes, timeout_s):
            self._losses.report(dropped)

    def _taken(self, event: Event, size_bytes: int, timeout_s: float | None) -> Loss | None:
        backlog = self._backlog
        wait_s = 0.0 if self._is_in_sender else backlog.wait_s(timeout_s)
        with self._changed:
            if not self._changed.wait_for(lambda: backlog.has_answer, wait_s):
                return backlog.overflow(event)
            self._start()
            backlog.add(event, size_bytes)
            self._changed.notify_all()
        return None

    def _start(self) -> None:
        """Start the thread with the first event, not earlier: the process may fork before."""
        if self._sender is None and not self._backlog.is_closed:
            sender = Thread(target=self._send_all, name="headwater", daemon=True)
            sender.start()  # may fail: then there is no sender, and no event waits for one
            self._sender = sender
            self._end.ask()

    def flush(self, timeout_s: float | None = None) -> None:
        """Return when all events added so far are learned or lost; else `TimeoutError`."""
        self._refuse_after_fork()
        if self._is_in_sender:
            raise RuntimeError("on_lost must not wait for the buffer that calls it")
        backlog = self._backlog
        with self._changed:
            wanted = backlog.added
            backlog.hurry = True
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: backlog.settled >= wanted, timeout_s):
                raise TimeoutError(f"{wanted - backlog.settled} events are still on their way")

    def close(self, timeout_s: float = 10.0) -> None:
        """Send what is left and take no more events. What is not sent within ``timeout_s`` is lost.

        A call in progress may take longer, up to its own deadline of 5 seconds.
        """
        if self._is_forked:
            return  # the parent sends what is left
        with self._changed:
            self._backlog.close(timeout_s)
            self._changed.notify_all()
        if self._sender is not None and not self._is_in_sender:
            self._sender.join(timeout_s + CLOSING_GRACE_S)
            self._lose_rest(HANGS, Losses(None, None))
        self._end.forget()

    @property
    def _is_in_sender(self) -> bool:
        """Whether the current thread is the buffer's own: on_lost called this."""
        return current_thread() is self._sender

    @property
    def _is_forked(self) -> bool:
        """Whether the thread, and maybe the lock that it holds, is in the parent process."""
        return os.getpid() != self._process and self._sender is not None

    def _refuse_after_fork(self) -> None:
        if self._is_forked:
            raise BufferClosedError(
                "this process was forked from the one that used the buffer: "
                "make a client and a buffer here"
            )
        if os.getpid() != self._process:  # forked before the first use: nothing is shared
            self._process, self._changed = os.getpid(), Condition()

    def _send_all(self) -> None:
        try:
            while batch := self._next_batch():
                for loss in self._send(batch, time.monotonic()):
                    self._losses.report(loss)
                with self._changed:
                    self._backlog.settle()
                    self._changed.notify_all()
        finally:  # if the thread dies with events left, nobody may wait for them
            self._lose_rest("the buffer's thread died", self._losses)

    def _lose_rest(self, reason: str, losses: Losses) -> None:
        with self._changed:
            rest = self._backlog.lose_rest(reason)
            self._changed.notify_all()
        for loss in rest:
            losses.report(loss)

    def _next_batch(self) -> list[Event]:
        """Wait for a batch; return an empty one after the last batch of a closed buffer."""
        backlog = self._backlog
        with self._changed:
            backlog.hurry = backlog.hurry and not backlog.is_empty
            self._changed.wait_for(lambda: not backlog.is_empty or backlog.is_closed)
            self._changed.wait_for(lambda: backlog.is_due, self._interval_s)
            return backlog.take()

    def _send(self, batch: list[Event], began_s: float) -> list[Loss]:
        """Send a batch until it is answered or given up; return its lost events."""
        tries = 0
        while True:
            tries += 1
            try:
                return self._try(batch, began_s)
            except Exception as error:  # noqa: BLE001 - an error must not end the thread and lose the rest
                if parts := halves(batch, error):
                    return [lost for part in parts for lost in self._send(part, began_s)]
                if not (may_pass(error) and self._waited(began_s, delay_s(tries, error))):
                    return undelivered(batch, error)

    def _try(self, batch: list[Event], began_s: float) -> list[Loss]:
        remaining_s = self._backlog.give_up_at_s(began_s) - time.monotonic()
        timeout_s = max(0.05, min(FEEDBACK_TIMEOUT_S, remaining_s))
        answer = self._client.feedback(batch, timeout_s=timeout_s)
        self._backlog.offset = answer.offset
        return not_learned(batch, answer)

    def _waited(self, began_s: float, seconds: float) -> bool:
        """Wait before the next try; return whether there is time for one."""
        left_s = self._backlog.give_up_at_s(began_s) - time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: self._backlog.is_closed, min(seconds, left_s))
        if self._backlog.is_closed:
            time.sleep(CLOSING_DELAY_S)
        return self._backlog.give_up_at_s(began_s) > time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
