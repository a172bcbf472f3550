"""What waits to be sent, counted and cut into batches: the part that both buffers share.

It waits for nothing and locks nothing: that is what the buffers around it do.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Literal

from headwater.events import Event
from headwater.losses import Loss

EVENTS_A_CALL = 1000
BATCH_BYTES_MAX = 1_000_000  # a server takes 4 MiB a call unless it is set otherwise
WhenFull = Literal["wait", "raise", "drop"]


class BufferClosedError(RuntimeError):
    """The buffer was closed: this event would never be sent."""


class BufferFullError(Exception):
    """The buffer stayed full for as long as the caller would wait: this event was not taken."""


class Backlog:
    """Events in the order they came. Each is settled once: learned, or lost and told so."""

    def __init__(
        self, events_max: int, batch_max: int, patience_s: float, when_full: WhenFull
    ) -> None:
        if not 1 <= batch_max <= EVENTS_A_CALL or events_max < 1:
            raise ValueError("batch_max is 1 to 1,000 and events_max at least 1")
        if when_full not in {"wait", "raise", "drop"}:
            raise ValueError(f'when_full is "wait", "raise" or "drop", not {when_full!r}')
        self.events_max = events_max
        self.batch_max = min(batch_max, events_max)
        self.patience_s = patience_s
        self.when_full = when_full
        self.added = self.settled = 0
        self.close_at_s: float | None = None
        self.hurry = False
        self.offset = ""
        self._waiting: deque[tuple[Event, int]] = deque()
        self._batch: list[Event] = []

    @property
    def is_full(self) -> bool:
        """Whether no more events are taken: those on their way count, too."""
        return self.added - self.settled >= self.events_max

    @property
    def has_answer(self) -> bool:
        """Whether somebody who would add an event need not wait any longer."""
        return self.is_closed or not self.is_full

    @property
    def is_due(self) -> bool:
        """Whether a batch goes out now, without waiting for company."""
        return self.hurry or self.is_closed or len(self._waiting) >= self.batch_max

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be sent."""
        return not self._waiting

    @property
    def is_closed(self) -> bool:
        """Whether nothing is taken any more."""
        return self.close_at_s is not None

    def wait_s(self, timeout_s: float | None) -> float | None:
        """Return how long somebody waits while it is full: as told, else as ``when_full`` says."""
        if timeout_s is None and self.when_full != "wait":
            return 0.0
        return timeout_s

    def overflow(self, event: Event) -> Loss:
        """Return what is told of an event that was dropped; `BufferFullError` if none may be."""
        reason = f"{self.events_max} events are on their way"
        if self.when_full != "drop":
            raise BufferFullError(reason)
        return Loss(event, f"the buffer is full: {reason}")

    def add(self, event: Event, size_bytes: int) -> None:
        """Take an event; `BufferClosedError` after `close`."""
        if self.is_closed:
            raise BufferClosedError("the buffer is closed")
        self._waiting.append((event, size_bytes))
        self.added += 1

    def take(self) -> list[Event]:
        """Return the next batch; with it what was taken before, and was not settled."""
        left_bytes = BATCH_BYTES_MAX
        while self._waiting and len(self._batch) < self.batch_max:
            left_bytes -= self._waiting[0][1]
            if self._batch and left_bytes < 0:
                break
            self._batch.append(self._waiting.popleft()[0])
        return self._batch

    def settle(self) -> None:
        """Say that the batch that was taken last is learned, or lost and told so."""
        self.settled += len(self._batch)
        self._batch = []

    def close(self, timeout_s: float) -> None:
        """Take nothing any more, and give up what is not sent within ``timeout_s``."""
        self.close_at_s = time.monotonic() + timeout_s

    def give_up_at_s(self, began_s: float) -> float:
        """Return until when a batch that was first tried at ``began_s`` is tried again."""
        patient_s = began_s + self.patience_s
        return patient_s if self.close_at_s is None else min(patient_s, self.close_at_s)

    def lose_rest(self, reason: str) -> list[Loss]:
        """Take nothing any more, and give up all that is on its way; return it, to be told."""
        self.close(0)
        rest = [*self._batch, *(event for event, _ in self._waiting)]
        self._batch, self.settled = [], self.added
        self._waiting.clear()
        return [Loss(event, reason) for event in rest]
