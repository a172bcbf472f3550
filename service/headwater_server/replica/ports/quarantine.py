"""What the replica needs of a place for events that nothing is learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from headwater_server.engine.messages.events import Event


@dataclass(frozen=True, slots=True)
class Refused:
    """An event, why nothing is learned from it, and its attribution token as it was sent."""

    event: Event
    reason: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class PutAside:
    """One that is kept: ``kept_id`` names it. ``event`` is None if it was too long to keep."""

    kept_id: str
    time_ms: int
    event_id: str
    visitor_id: str
    user_id: str
    reason: str
    event: Event | None


class Quarantine(Protocol):
    """Refused events, kept aside for a look: never learned, never lost without a word."""

    async def put(self, refused: Sequence[Refused]) -> int:
        """Keep them and return the new `total`; the oldest may go.

        What is there already, with the same content, is neither kept nor counted again.
        """

    async def total(self) -> int:
        """Return how many were ever put there."""

    async def length(self) -> int:
        """Return how many are kept now."""

    async def newest(self, count: int, *, before: str = "", reason: str = "") -> list[PutAside]:
        """Return up to ``count``, newest first: those put there before ``before``, a ``kept_id``.

        Only those whose reason holds the text ``reason``.
        """

    async def forget(self, user_id: str, visitor_ids: Sequence[str]) -> int:
        """Drop what the account did, and what the visitors did anonymously; return how many."""
