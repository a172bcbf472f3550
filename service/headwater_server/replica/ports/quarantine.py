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

    async def forget(self, user_id: str, visitor_ids: Sequence[str]) -> int:
        """Delete the account's events, and the visitors' anonymous ones; return how many."""
