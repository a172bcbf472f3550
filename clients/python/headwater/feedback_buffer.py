"""Feedback without waiting for the answer, for threads: nothing is lost without a word."""

from __future__ import annotations

import atexit
import os
import time
from threading import Condition, Thread
from types import TracebackType
from typing import Self

from headwater.backlog import Backlog, BufferClosedError, BufferFullError, Lost, OnLost
from headwater.channel import FEEDBACK_TIMEOUT_S
from headwater.client import Client
from headwater.delivery import (
    CLOSING_DELAY_S,
    checked_bytes,
    delay_s,
    halves,
    may_pass,
    not_learned,
)
from headwater.events import Event


class FeedbackBuffer:
    """Takes events at once and sends them in batches from a thread of its own.

    A batch goes out when it has ``batch_max`` events or its first one has waited ``interval_s``.
    While the server is away the same events are tried again for ``patience_s``: they carry their
    ids, so none is learned twice. When ``events_max`` are on their way, `add` waits: back-pressure.

    What cannot be sent, and what the server did not learn from, is logged (logger "headwater") and
    handed to ``on_lost(event, reason)``, in the buffer's thread, which must not wait for the
    buffer. Leaving a ``with``, `close` and the end of the program send what is left. Close the
    buffer before its client.

    A fork takes neither the thread nor the connection along: make the client and the buffer in the
    process that uses them. In a child a buffer that was used before refuses, and leaves what was
    added before to the parent; one that was not used yet works.
    """

    def __init__(
        self,
        client: Client,
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
        self._changed = Condition()
        self._sender: Thread | None = None
        self._process = os.getpid()

    @property
    def offset(self) -> str:
        """A state that has learned all that was answered so far, "" before the first answer."""
        return self._backlog.offset

    def add(self, event: Event, *, timeout_s: float | None = None) -> None:
        """Take an event; wait while the buffer is full, `BufferFullError` after ``timeout_s``.

        `ValueError` or `TypeError` for an event that no request can carry.
        """
        size_bytes = checked_bytes(event)
        self._refuse_after_fork()
        backlog = self._backlog
        with self._changed:
            if not self._changed.wait_for(
                lambda: backlog.is_closed or not backlog.is_full, timeout_s
            ):
                raise BufferFullError(f"{backlog.events_max} events are on their way")
            backlog.add(event, size_bytes)
            if self._sender is None:  # not before, so that a process may fork first
                self._sender = Thread(target=self._send_all, name="headwater", daemon=True)
                self._sender.start()
                atexit.register(self.close)
            self._changed.notify_all()

    def flush(self, timeout_s: float | None = None) -> None:
        """Return when all that was added before is learned or lost; `TimeoutError` if not."""
        self._refuse_after_fork()
        backlog = self._backlog
        with self._changed:
            wanted = backlog.added
            backlog.hurry = True
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: backlog.settled >= wanted, timeout_s):
                raise TimeoutError(f"{wanted - backlog.settled} events are still on their way")

    def close(self, timeout_s: float = 10.0) -> None:
        """Send what is left, take nothing any more. What ``timeout_s`` is too short for is lost.

        A call that is under way may take up to its own deadline, 5 seconds, longer.
        """
        if self._is_forked:
            return  # what is on its way is the parent's, who sends it
        with self._changed:
            self._backlog.close(timeout_s)
            self._changed.notify_all()
        if self._sender is not None:
            self._sender.join()
        atexit.unregister(self.close)

    @property
    def _is_forked(self) -> bool:
        """Whether the thread, and maybe the lock that it held, stayed behind in another process."""
        return os.getpid() != self._process and self._sender is not None

    def _refuse_after_fork(self) -> None:
        if self._is_forked:
            raise BufferClosedError(
                "this process was forked from the one that used the buffer: "
                "make a client and a buffer here"
            )
        if os.getpid() != self._process:  # forked before its first use: there is nothing to share
            self._process, self._changed = os.getpid(), Condition()

    def _send_all(self) -> None:
        while batch := self._next_batch():
            lost = self._send(batch, time.monotonic())
            self._backlog.tell(lost)
            with self._changed:
                self._backlog.settle()
                self._changed.notify_all()

    def _next_batch(self) -> list[Event]:
        """Wait for a batch; none comes after the last one of a closed buffer."""
        backlog = self._backlog
        with self._changed:
            backlog.hurry = backlog.hurry and not backlog.is_empty
            self._changed.wait_for(lambda: not backlog.is_empty or backlog.is_closed)
            self._changed.wait_for(lambda: backlog.is_due, self._interval_s)
            return backlog.take()

    def _send(self, batch: list[Event], began_s: float) -> list[Lost]:
        """Send a batch until it is answered or given up; return what is lost of it."""
        tries = 0
        while True:
            tries += 1
            try:
                return self._try(batch, began_s)
            except Exception as error:  # noqa: BLE001 - nothing may end the thread and lose the rest
                if parts := halves(batch, error):
                    return [lost for part in parts for lost in self._send(part, began_s)]
                if not (may_pass(error) and self._waited(began_s, tries)):
                    reason = f"{type(error).__name__}: {error}"
                    return [(event, reason) for event in batch]

    def _try(self, batch: list[Event], began_s: float) -> list[Lost]:
        remaining_s = self._backlog.give_up_at_s(began_s) - time.monotonic()
        timeout_s = max(0.05, min(FEEDBACK_TIMEOUT_S, remaining_s))
        answer = self._client.feedback(batch, timeout_s=timeout_s)
        self._backlog.offset = answer.offset
        return not_learned(batch, answer)

    def _waited(self, began_s: float, tries: int) -> bool:
        """Wait before the next try; return whether there is time for one."""
        with self._changed:
            self._changed.wait_for(lambda: self._backlog.is_closed, delay_s(tries))
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
