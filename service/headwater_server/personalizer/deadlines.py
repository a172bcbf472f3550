"""Ends each event's reward wait: reports what is left, with the default reward if none came."""

from __future__ import annotations

import asyncio

import structlog

from headwater import HeadwaterError
from headwater_server.errors import HeadwaterError as StoreError
from headwater_server.personalizer.feedback import FeedbackSender
from headwater_server.personalizer.pending_events import PendingEvents

CHECK_EVERY_S = 0.25
RETRY_S = 2.0
_log = structlog.get_logger(__name__)


class DeadlineWatcher:
    """Watches for events whose wait is over. Many processes may; each event is claimed by one.

    If a process dies, another claims its event; it may be reported twice, and is learned once.
    """

    def __init__(self, pending: PendingEvents, feedback: FeedbackSender, key: str) -> None:
        """``key`` is the web process's own, since no caller sends a default reward."""
        self._pending = pending
        self._feedback = feedback
        self._key = key

    async def run(self) -> None:
        """Run until cancelled."""
        failing = False
        while True:
            try:
                while due := await self._pending.claim():
                    for event_id in due:
                        await self._end(event_id)
                failing = False
            except (HeadwaterError, StoreError) as error:
                if not failing:
                    _log.warning("default rewards are delayed", why=str(error))
                failing = True
            await asyncio.sleep(RETRY_S if failing else CHECK_EVERY_S)

    async def _end(self, event_id: str) -> None:
        event = await self._pending.get(event_id)
        if event and event.active and event.decision.action:  # a parent of slots has none
            # a default of 0, too: nothing has to wait for the server's window then
            reward = event.total if event.rewards else event.decision.default_reward
            await self._feedback.send(self._key, event, reward)
        await self._pending.remove(event_id)
