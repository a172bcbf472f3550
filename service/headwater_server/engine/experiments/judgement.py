"""What an operation would do, and why not."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.engine.messages.events import CREATED, Outcome, Status


@dataclass(frozen=True, slots=True)
class Judgement:
    """What would happen, and why not.

    CREATED: it is done. EXISTS: it was done before. CONFLICT: the state forbids it, for each of the
    reasons. QUARANTINED: a value is wrong, or names what is not there.
    """

    status: Status
    reasons: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The same, as the outcome of an operation."""
        if self.status is Status.CREATED:
            return CREATED
        return Outcome(self.status, "; ".join(self.reasons))


DONE = Judgement(Status.CREATED)


def before(reason: str) -> Judgement:
    """Return that it was done before."""
    return Judgement(Status.EXISTS, (reason,))


def forbidden(*reasons: str) -> Judgement:
    """Return what of the state forbids it."""
    return Judgement(Status.CONFLICT, reasons)


def wrong(reason: str) -> Judgement:
    """Return which value is wrong."""
    return Judgement(Status.QUARANTINED, (reason,))
