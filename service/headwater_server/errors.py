"""The domain's errors. api/errors.py turns them into gRPC statuses.

The text of each error reaches the caller: it names fields and limits, never internals.
"""

from __future__ import annotations

from collections.abc import Sequence

SEND_KEY = "send the metadata `authorization: Bearer <key>`"
"""How a program sends its key; the command line has another way."""


class HeadwaterError(Exception):
    """An error whose text may be sent to the caller."""


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
    """The call names something that does not exist.

    >>> str(NotFound("item_id", "boots-7"))
    "item_id 'boots-7' is not known"
    """

    def __init__(self, field: str, value: str) -> None:
        """Name the ``field`` that holds the unknown ``value``."""
        super().__init__(f"{field} {value!r} is not known")
        self.field = field


class AlreadyExists(HeadwaterError):
    """The call would create something under an id that is used by something else.

    >>> str(AlreadyExists("experiment.experiment_id", "warmer"))
    "experiment.experiment_id 'warmer' is used already"
    """

    def __init__(self, field: str, value: str, fix: str = "") -> None:
        """Name the ``field`` that holds the ``value``, and the ``fix`` if there is one."""
        super().__init__(f"{field} {value!r} is used already" + (f": {fix}" if fix else ""))
        self.field = field


class FailedPrecondition(HeadwaterError):
    """The state forbids the call now; nothing was done.

    >>> str(FailedPrecondition("policy 'warm'", ["no interval yet", "guard rail revenue crossed"]))
    "policy 'warm': no interval yet; guard rail revenue crossed"
    """

    def __init__(self, subject: str, conditions: Sequence[str]) -> None:
        """Name the ``subject``, and each of the ``conditions`` that fail, with the fix."""
        super().__init__(f"{subject}: {'; '.join(conditions)}")
        self.subject = subject
        self.conditions = tuple(conditions)


class Aborted(FailedPrecondition):
    """Somebody else has changed what the call is about since its author read it.

    >>> str(Aborted("rule 'sale'", ["the rule is at revision 4 now: read it again"]))
    "rule 'sale': the rule is at revision 4 now: read it again"
    """


class CommandFailed(HeadwaterError):
    """A command of the operator cannot go on; no call of the API raises it."""


class Unauthenticated(HeadwaterError):
    """The call carries no key of this server; nothing was done."""

    def __init__(self, problem: str) -> None:
        """State the ``problem`` and the fix. The text never repeats what the caller sent."""
        super().__init__(f"{problem}; {SEND_KEY}")


class Forbidden(HeadwaterError):
    """The call carries a key of this server whose scopes do not allow it; nothing was done."""


class Overloaded(HeadwaterError):
    """Too much is under way. The same call may succeed after ``retry_after_ms``."""

    def __init__(self, retry_after_ms: int, what: str = "too many calls are under way") -> None:
        """State ``what`` there is too much of, and when to try again."""
        super().__init__(f"{what}; try again in {retry_after_ms} ms")
        self.retry_after_ms = retry_after_ms


class StoreUnavailable(HeadwaterError):
    """The store does not answer, so nothing can be appended to the log. Reads continue."""

    def __init__(self, what: str = "the store does not answer; nothing is acknowledged") -> None:
        """State what is not possible until the store answers."""
        super().__init__(what)


class StoreRefused(StoreUnavailable):
    """The store answers and refuses: a wrong password, a missing right. Waiting does not help."""


class NotPermitted(StoreRefused):
    """The store's user lacks a right; the text names the command and the ACL rule."""


class StoreAnswered(StoreUnavailable):
    """The store answers a command with an error that has no rule; it may not know the command."""


class DeadlineExceeded(HeadwaterError):
    """The call's time ran out; a write may or may not have been done."""

    def __init__(self, what: str = "the deadline passed") -> None:
        """State what the call waited for."""
        super().__init__(what)


class CodeMissing(ValueError):
    """A setting names code that this process cannot import: others may have learned with it."""
