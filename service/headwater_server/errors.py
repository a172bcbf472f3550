"""What can go wrong, in the words of the domain. api/errors.py turns them into gRPC statuses.

The text of each reaches the caller: it names fields and limits, never internals.
"""

from __future__ import annotations


class HeadwaterError(Exception):
    """An error that the caller may hear of."""


class InvalidRequest(HeadwaterError):
    """The call is malformed; nothing was done.

    >>> str(InvalidRequest("events[3].event_id", "is required"))
    'events[3].event_id is required'
    """

    def __init__(self, field: str, problem: str) -> None:
        """Name the ``field`` as the API does, and the ``problem`` so that it reads after it."""
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem


class NotFound(HeadwaterError):
    """What the call names does not exist.

    >>> str(NotFound("item_id", "boots-7"))
    "item_id 'boots-7' is not known"
    """

    def __init__(self, field: str, value: str) -> None:
        """Name the ``field`` that holds the ``value`` nobody knows."""
        super().__init__(f"{field} {value!r} is not known")
        self.field = field


class Unauthenticated(HeadwaterError):
    """The call carries no key of this server; nothing was done."""

    def __init__(self, problem: str) -> None:
        """Say the ``problem`` and the fix. What was sent is never repeated."""
        super().__init__(f"{problem}; send the metadata `authorization: Bearer <key>`")


class Forbidden(HeadwaterError):
    """The call carries a key of this server that does not reach so far; nothing was done."""


class Overloaded(HeadwaterError):
    """Too much is under way. The same call may succeed after ``retry_after_ms``."""

    def __init__(self, retry_after_ms: int, what: str = "too many calls are under way") -> None:
        """Say ``what`` there is too much of, and when to come back."""
        super().__init__(f"{what}; try again in {retry_after_ms} ms")
        self.retry_after_ms = retry_after_ms


class StoreUnavailable(HeadwaterError):
    """The store does not answer, so nothing can be put on the log. Reads go on."""

    def __init__(self, what: str = "the store does not answer; nothing is acknowledged") -> None:
        """Say what is not possible meanwhile."""
        super().__init__(what)


class DeadlineExceeded(HeadwaterError):
    """The call's time ran out; a write may or may not have been done."""

    def __init__(self, what: str = "the deadline passed") -> None:
        """Say what was waited for."""
        super().__init__(what)
