"""Reports an event to the server: that the action was shown, and its outcome.

The ids of both reports follow from the event's own, so a repeated report is learned once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import structlog

from headwater import Choice, Event
from headwater.events import EventStatus
from headwater_server.personalizer.outcome import reward_of_event
from headwater_server.personalizer.pending_events import PendingEvent, PendingEvents
from headwater_server.personalizer.server_client import ServerClient
from headwater_server.personalizer.settings import PersonalizerSettings

SHOWN = "impression"
# both are in the default table, and hide no item as a purchase or a dislike does
POSITIVE_TYPE, STARS = "rating", 5.0
NEGATIVE_TYPE = "return"
ACCEPTED = {EventStatus.CREATED, EventStatus.EXISTS}

_log = structlog.get_logger(__name__)


def short_id(event_id: str, *, always: bool = False) -> str:
    """Return the event id for our calls: the caller's own unless it is too long, or ``always``.

    >>> short_id("e1"), len(short_id("e" * 200))
    ('e1', 35)
    """
    raw = event_id.encode("utf-8", "surrogatepass")
    is_short = len(raw) <= 128 and not always
    return event_id if is_short else "pz-" + hashlib.blake2b(raw, digest_size=16).hexdigest()


class FeedbackSender:
    """Sends what is known of an event as feedback."""

    def __init__(
        self, server: ServerClient, pending: PendingEvents, settings: PersonalizerSettings
    ) -> None:
        """Take the parts."""
        self._server = server
        self._pending = pending
        self._settings = settings

    async def send(self, key: str, event: PendingEvent, reward: float | None) -> None:
        """Report what was not reported yet; ``reward`` None: only that the action was shown.

        A reward of 0 is reported, too: the next choice knows it, without waiting for the window.
        """
        learned = None
        if reward is not None and not event.settled:
            learned = reward_of_event(reward)
        if event.seen and learned is None:
            return
        events = [*self._events(event, learned)]
        answer = await self._server.feedback(key, events)
        for sent, result in zip(events, answer.results, strict=True):
            if result.status not in ACCEPTED:
                _log.warning("not learned", event_id=sent.event_id, why=result.detail)
        settled = () if learned is None else ("settled",)
        await self._pending.mark(event.event_id, "seen", *settled)

    def _events(self, event: PendingEvent, reward: float | None) -> Iterator[Event]:
        """Yield the impression, then the outcome: an event counts for earlier impressions only."""
        if not event.seen:
            yield self._event(SHOWN, "seen", event)
        if reward is None:
            return
        if reward < 0:
            yield self._event(NEGATIVE_TYPE, "reward", event, reward)
        else:
            yield self._event(POSITIVE_TYPE, "reward", event, reward, STARS * reward)

    def _event(
        self,
        kind: str,
        name: str,
        event: PendingEvent,
        reward: float | None = None,
        value: float | None = None,
    ) -> Event:
        raw = event.event_id.encode("utf-8", "surrogatepass")
        decision = event.decision
        return Event(
            event_type=kind,
            visitor_id=decision.visitor,
            items=[decision.action],
            value=value,
            reward=reward,
            attribution_token=decision.token,
            placement=self._settings.personalizer_placement,
            context=decision.context,
            choice=Choice(**decision.choice) if decision.choice and kind == SHOWN else None,
            event_id=f"personalizer:{hashlib.blake2b(raw, digest_size=16).hexdigest()}:{name}",
        )
