"""The events that wait to be sent, cut into batches: the part that both buffers share.

It does not wait and does not lock: the buffers do that.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Literal

from headwater.events import Event
from headwater.losses import Loss

EVENTS_A_CALL = 1000
BATCH_BYTES_MAX = 1_000_000  # a server accepts 4 MiB a call by default
WhenFull = Literal["wait", "raise", "drop"]


class BufferClosedError(RuntimeError):
    """The buffer was closed: it does not send this event."""


class BufferFullError(Exception):
    """The buffer was full for as long as the caller waits: it did not take this event."""


class Backlog:
    """Events in the order of arrival. Each is settled once: learned, or lost and reported."""

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
        """Whether no more events are taken: those that are being sent count, too."""
        return self.added - self.settled >= self.events_max

    @property
    def has_answer(self) -> bool:
        """Whether a caller that adds an event need not wait any longer."""
        return self.is_closed or not self.is_full

    @property
    def is_due(self) -> bool:
        """Whether a batch is sent now, without waiting for more events."""
        return self.hurry or self.is_closed or len(self._waiting) >= self.batch_max

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be sent."""
        return not self._waiting

    @property
    def is_closed(self) -> bool:
        """Whether no event is taken any more."""
        return self.close_at_s is not None

    def wait_s(self, timeout_s: float | None) -> float | None:
        """Return how long to wait while it is full: ``timeout_s``, else as ``when_full`` says."""
        if timeout_s is None and self.when_full != "wait":
            return 0.0
        return timeout_s

    def overflow(self, event: Event) -> Loss:
        """Return the loss of an event that is dropped; `BufferFullError` if none may be dropped."""
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
        """Return the next batch, including what was taken before and is not settled."""
        left_bytes = BATCH_BYTES_MAX
        while self._waiting and len(self._batch) < self.batch_max:
            left_bytes -= self._waiting[0][1]
            if self._batch and left_bytes < 0:
                break
            self._batch.append(self._waiting.popleft()[0])
        return self._batch

    def settle(self) -> None:
        """Note that the last batch is learned, or lost and reported."""
        self.settled += len(self._batch)
        self._batch = []

    def close(self, timeout_s: float) -> None:
        """Take no more events, and give up what is not sent within ``timeout_s``."""
        self.close_at_s = time.monotonic() + timeout_s

    def give_up_at_s(self, began_s: float) -> float:
        """Return the time when a batch that was first tried at ``began_s`` is given up."""
        patient_s = began_s + self.patience_s
        return patient_s if self.close_at_s is None else min(patient_s, self.close_at_s)

    def lose_rest(self, reason: str) -> list[Loss]:
        """Take no more events, and give up all that are left; return them, to be reported."""
        self.close(0)
        rest = [*self._batch, *(event for event, _ in self._waiting)]
        self._batch, self.settled = [], self.added
        self._waiting.clear()
        return [Loss(event, reason) for event in rest]
