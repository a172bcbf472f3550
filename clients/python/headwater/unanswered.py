"""Batches that were taken from the caller and not answered yet: a new connection resends them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

from headwater.delivery import delay_s, may_pass
from headwater.errors import HeadwaterError
from headwater.events import Event, FeedbackAnswer
from headwater.v1 import feedback_service_pb2 as pb
from headwater.wire.events import stream_feedback_answer, stream_feedback_request

PATH = "/headwater.v1.FeedbackService/StreamFeedback"
UNANSWERED_MAX = 64  # batches; the server processes fewer at once, the rest is on the wire
PATIENCE_S = 60.0

Batch = Sequence[Event]


class Patience:
    """How long the stream is tried again while the server is away or overloaded."""

    def __init__(self, patience_s: float) -> None:
        """Count from the first failure after an answer."""
        self._patience_s = patience_s
        self._tries = 0
        self._since_s = 0.0

    def restored(self) -> None:
        """Note an answer."""
        self._tries = 0

    def delay_s(self, error: HeadwaterError) -> float:
        """Return how long to wait before the next try; raise ``error`` if there is none."""
        now_s = time.monotonic()
        self._since_s = self._since_s if self._tries else now_s
        self._tries += 1
        if not may_pass(error) or now_s - self._since_s > self._patience_s:
            raise error
        return max(error.retry_after_s or 0.0, delay_s(self._tries))


class Unanswered:
    """A queue of requests; each connection sends all, from the first unanswered one on.

    It does not wait and does not lock: the streams do that.

    >>> kept = Unanswered()
    >>> for batch in ([Event("click", "v", event_id="a")], [Event("click", "v", event_id="b")]):
    ...     kept.drawn(batch, None)
    >>> first = kept.connected()
    >>> ids = lambda request: [event.event_id for event in request.events]
    >>> ids(kept.take(first)), ids(kept.take(first)), kept.take(first)
    (['a'], ['b'], None)
    >>> kept.answered(pb.StreamFeedbackResponse(offset="1-0")).offset
    '1-0'
    >>> again = kept.connected()
    >>> kept.take(first), ids(kept.take(again))  # the old connection gets no more
    (None, ['b'])
    """

    def __init__(self) -> None:
        """Begin with an empty queue."""
        self._requests: deque[pb.StreamFeedbackRequest] = deque()
        self._sent = 0
        self._connection = 0
        self._drawing = False
        self.ended = False
        self.error: BaseException | None = None

    @property
    def is_full(self) -> bool:
        """Whether no batch is taken from the caller before an answer comes."""
        return len(self._requests) >= UNANSWERED_MAX

    @property
    def has_unsent(self) -> bool:
        """Whether there is a request that the newest connection did not send yet."""
        return self._sent < len(self._requests)

    def connected(self) -> int:
        """Return the number of a new connection, which sends all unanswered requests."""
        self._connection += 1
        self._sent = 0
        return self._connection

    def is_current(self, connection: int) -> bool:
        """Whether it is the newest connection."""
        return connection == self._connection

    @property
    def is_done(self) -> bool:
        """Whether the caller has no more batches, and all are answered."""
        return self.ended and not self._requests

    def may_go_on(self, connection: int) -> bool:
        """Whether there is a batch to send or to take, or nothing to do any more."""
        if self.ended or self.has_unsent or not self.is_current(connection):
            return True
        return not self._drawing and not self.is_full

    def begin_to_draw(self, connection: int) -> bool:
        """Note that the caller is asked for a batch now; False if there is no reason to ask."""
        if self.ended or not self.is_current(connection):
            return False
        self._drawing = True
        return True

    def drawn(self, batch: Batch | None, error: BaseException | None) -> None:
        """Queue the caller's batch; None is the end, with the caller's error if there was one."""
        self._drawing = False
        try:
            if batch is not None:
                self._requests.append(stream_feedback_request(batch))
        except Exception as unfit:  # noqa: BLE001 - no request can carry it: raised to the caller
            batch, error = None, unfit
        if batch is None:
            self.ended, self.error = True, error

    def take(self, connection: int) -> pb.StreamFeedbackRequest | None:
        """Return what the connection sends next, None if there is nothing now."""
        if not self.is_current(connection) or self._sent >= len(self._requests):
            return None
        self._sent += 1
        return self._requests[self._sent - 1]

    def answered(self, response: pb.StreamFeedbackResponse) -> FeedbackAnswer:
        """Read the answer to the oldest batch, and remove that batch."""
        self._requests.popleft()
        self._sent -= 1
        return stream_feedback_answer(response)
