"""What follows a failed delivery of events: another try, smaller parts, or giving up."""

from __future__ import annotations

from collections.abc import Sequence

import grpc

from headwater.errors import HeadwaterError, InvalidRequestError
from headwater.events import Event, EventStatus, FeedbackAnswer
from headwater.fallback import is_away
from headwater.losses import Loss
from headwater.wire.events import feedback_request

CLOSING_DELAY_S = 0.1  # between tries once the buffer is closed
CLOSING_GRACE_S = 10.0  # for the call in progress, and for on_lost and on_refused
HANGS = "the buffer was closed, but a call or on_lost did not end in time"
_LEARNED = (EventStatus.CREATED, EventStatus.EXISTS)
_DELAY_S_FIRST, _DELAY_S_MAX = 0.1, 5.0
# a server's bug that one event triggers, or a proxy's 413 for a body that is too large
_MAYBE_ONE_EVENT = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)


def checked_bytes(event: Event) -> int:
    """Return an event's size on the wire; `ValueError` or `TypeError` if it cannot be sent."""
    return feedback_request([event]).ByteSize()


def not_learned(batch: Sequence[Event], answer: FeedbackAnswer) -> list[Loss]:
    """Return the events that the server received and did not learn."""
    return [
        Loss(event, f"{result.status.value}: {result.detail}", result)
        for event, result in zip(batch, answer.results, strict=True)
        if result.status not in _LEARNED
    ]


def undelivered(batch: Sequence[Event], error: Exception) -> list[Loss]:
    """Return the losses of a batch that is given up."""
    return [Loss(event, f"{type(error).__name__}: {error}") for event in batch]


def halves(batch: list[Event], error: Exception) -> list[list[Event]]:
    """Return the parts to try one by one, if one event may make the others fail; else []."""
    if len(batch) < 2 or not _may_be_one_event(error):
        return []
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]]


def _may_be_one_event(error: Exception) -> bool:
    odd = isinstance(error, HeadwaterError) and error.code in _MAYBE_ONE_EVENT
    return odd or isinstance(error, InvalidRequestError)  # a too large one, too


def may_pass(error: Exception) -> bool:
    """Whether a later try may help: the server is away, late or overloaded."""
    return isinstance(error, HeadwaterError) and is_away(error)


def delay_s(tries: int, error: Exception | None = None) -> float:
    """Return how long to wait after ``tries``: at least as long as the server asked for.

    >>> [delay_s(tries) for tries in (1, 2, 3, 99)]
    [0.1, 0.2, 0.4, 5.0]
    """
    asked_s = getattr(error, "retry_after_s", None) or 0.0
    return max(asked_s, float(min(_DELAY_S_MAX, _DELAY_S_FIRST * 2 ** min(tries - 1, 10))))
