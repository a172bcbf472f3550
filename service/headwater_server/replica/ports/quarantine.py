"""The interface of the quarantine, which stores rejected events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from headwater_server.engine.messages.events import Event


@dataclass(frozen=True, slots=True)
class RejectedEvent:
    """An event that is not learned, the reason, and its attribution token as it was sent."""

    event: Event
    reason: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """A stored event; ``kept_id`` names it. ``event`` is None if it was too long to store."""

    kept_id: str
    time_ms: int
    event_id: str
    visitor_id: str
    user_id: str
    reason: str
    event: Event | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A stored event; ``kept_id`` names it. ``event`` is None if it was too long to store."""

    kept_id: str
    event_id: str
    visitor_id: str
    user_id: str
    reason: str
    event: Event | None
    token: str = ""
    print: str = ""

    @property
    def time_ms(self) -> int:
        """The time of the rejection."""
        return int(self.kept_id.partition("-")[0])

    def without_token(self) -> QuarantinedEvent:
        """Return the event for operators: without the token, which is a secret of its visitor."""
        ids = (self.event_id, self.visitor_id, self.user_id)
        return QuarantinedEvent(self.kept_id, self.time_ms, *ids, self.reason, self.event)

    def is_of(self, user_id: str, visitor_ids: Sequence[str]) -> bool:
        """Whether the event is the account's, or an anonymous one of one of the visitors.

        So is one whose list was asked for the account.
        """
        if user_id and user_id in (self.user_id, self._asked_for):
            return True
        return not self.user_id and self.visitor_id in visitor_ids

    @property
    def _asked_for(self) -> str:
        slate = self.event.slate if self.event else None
        return slate.question.user_id if slate and slate.question else ""


class Quarantine(Protocol):
    """Rejected events, stored for operators: they are not learned, and not lost silently."""

    async def put(self, rejected: Sequence[RejectedEvent]) -> int:
        """Store events and return the new `total`; the oldest events may be deleted.

        An event that is stored already, with the same content, is neither stored nor counted again.
        """

    async def total(self) -> int:
        """Return how many events were rejected so far."""

    async def length(self) -> int:
        """Return how many events are stored now."""

    async def newest(
        self, count: int, *, before: str = "", reason: str = ""
    ) -> list[QuarantinedEvent]:
        """Return up to ``count`` events, newest first, older than ``before``, a ``kept_id``.

        Only events whose reason contains the text ``reason`` are returned.
        """

    async def find(self, kept_ids: Sequence[str]) -> list[Quarantined]:
        """Return the events of these ids that are stored, each with its token."""

    async def drop(self, kept: Sequence[Quarantined]) -> None:
        """Delete some events; an event that is deleted already is no error."""

    async def forget(self, user_id: str, visitor_ids: Sequence[str]) -> int:
        """Delete the account's events, and the visitors' anonymous ones; return how many."""
