"""What the server is told of an event: that the action was shown, and what came of it.

Both events' ids follow from the event's own, so that telling twice is learning once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import structlog

from headwater import Event
from headwater.events import EventStatus
from headwater_server.personalizer.memory import Memory, Remembered
from headwater_server.personalizer.outcome import Outcome, outcome_of
from headwater_server.personalizer.server import Server
from headwater_server.personalizer.settings import PersonalizerSettings

ACT, ACT_VALUE = "rating", 5.0  # worth 1.0 in the default table, and no purchase that hides an item
REFUSAL = "return"  # negative, and hides the item from nobody
LEARNED = {EventStatus.CREATED, EventStatus.EXISTS}

_log = structlog.get_logger(__name__)


def short_id(event_id: str) -> str:
    """Return the name that our calls know the event by; its own unless it is too long.

    >>> short_id("e1"), len(short_id("e" * 200))
    ('e1', 35)
    """
    raw = event_id.encode("utf-8", "surrogatepass")
    return event_id if len(raw) <= 128 else "pz-" + hashlib.blake2b(raw, digest_size=16).hexdigest()


class Teaching:
    """Tells the server what is known of events."""

    def __init__(self, server: Server, memory: Memory, settings: PersonalizerSettings) -> None:
        """Take the parts."""
        self._server = server
        self._memory = memory
        self._settings = settings

    async def teach(self, key: str, event: Remembered, reward: float | None) -> None:
        """Tell what was not told yet; ``reward`` None: nothing but that the action was shown."""
        outcome = Outcome.NOTHING
        if reward is not None and not event.settled:
            outcome = outcome_of(event.event_id, reward)
        if event.seen and outcome is Outcome.NOTHING:
            return
        events = [*self._events(event, outcome)]
        answer = await self._server.feedback(key, events)
        for told, result in zip(events, answer.results, strict=True):
            if result.status not in LEARNED:
                _log.warning("not learned", event=told.event_id, why=result.detail)
        settled = () if outcome is Outcome.NOTHING else ("settled",)
        await self._memory.note(event.event_id, "seen", *settled)

    def _events(self, event: Remembered, outcome: Outcome) -> Iterator[Event]:
        """Yield the showing, then the act: an act counts for showings before it only."""
        if not event.seen:
            yield self._event("impression", "seen", event, None)
        if outcome is Outcome.ACT:
            yield self._event(ACT, "reward", event, ACT_VALUE)
        elif outcome is Outcome.REFUSAL:
            yield self._event(REFUSAL, "reward", event, None)

    def _event(self, kind: str, name: str, event: Remembered, value: float | None) -> Event:
        raw = event.event_id.encode("utf-8", "surrogatepass")
        told = event.told
        return Event(
            event_type=kind,
            visitor_id=told.visitor,
            items=[told.action],
            value=value,
            attribution_token=told.token,
            placement=self._settings.personalizer_placement,
            context=told.context,
            event_id=f"personalizer:{hashlib.blake2b(raw, digest_size=16).hexdigest()}:{name}",
        )
