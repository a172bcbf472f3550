"""What a failed delivery of events calls for: another try, smaller parts, or giving up."""

from __future__ import annotations

from collections.abc import Sequence

import grpc

from headwater.backlog import Lost
from headwater.errors import HeadwaterError, InvalidRequestError, OverloadedError
from headwater.events import Event, EventStatus, FeedbackAnswer
from headwater.fallback import is_away
from headwater.wire.events import feedback_request

CLOSING_DELAY_S = 0.1  # between tries once the buffer is closed
_LEARNED = (EventStatus.CREATED, EventStatus.EXISTS)
_DELAY_S_FIRST, _DELAY_S_MAX = 0.1, 5.0


def checked_bytes(event: Event) -> int:
    """Return an event's size on the wire; `ValueError` or `TypeError` if it has none."""
    return feedback_request([event]).ByteSize()


def not_learned(batch: Sequence[Event], answer: FeedbackAnswer) -> list[Lost]:
    """Return the events that the server took and did not learn from."""
    return [
        (event, f"{result.status.value}: {result.detail}")
        for event, result in zip(batch, answer.results, strict=True)
        if result.status not in _LEARNED
    ]


def halves(batch: list[Event], error: Exception) -> list[list[Event]]:
    """Return the parts to try one by one, if one event may be what fails the others; else []."""
    too_large = isinstance(error, OverloadedError) and not is_away(error)
    if len(batch) > 1 and (too_large or isinstance(error, InvalidRequestError)):
        middle = len(batch) // 2
        return [batch[:middle], batch[middle:]]
    return []


def may_pass(error: Exception) -> bool:
    """Whether trying again later may help: the server is away, late, or has too much to do."""
    return isinstance(error, HeadwaterError) and (
        is_away(error) or error.code is grpc.StatusCode.CANCELLED
    )


def delay_s(tries: int) -> float:
    """Return how long to wait after so many tries.

    >>> [delay_s(tries) for tries in (1, 2, 3, 99)]
    [0.1, 0.2, 0.4, 5.0]
    """
    return float(min(_DELAY_S_MAX, _DELAY_S_FIRST * 2 ** min(tries - 1, 10)))
