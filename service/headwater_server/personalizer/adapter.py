"""Personalizer's calls rank, reward and activate, made from calls of ours."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import structlog

from headwater import HeadwaterError
from headwater_server.errors import HeadwaterError as StoreError
from headwater_server.flattening import Scalar, flattened
from headwater_server.personalizer.action_catalogue import ActionCatalogue
from headwater_server.personalizer.errors import NOT_FOUND, AdapterError, bad_request
from headwater_server.personalizer.feedback import FeedbackSender, short_id
from headwater_server.personalizer.pending_events import Decision, PendingEvent, PendingEvents
from headwater_server.personalizer.ranking import ranked
from headwater_server.personalizer.requests import RANK, RankRequest
from headwater_server.personalizer.server_client import ServerClient
from headwater_server.personalizer.settings import PersonalizerSettings

_log = structlog.get_logger(__name__)


class Adapter:
    """One adapter, for all callers. The server checks the key of each call."""

    def __init__(
        self, server: ServerClient, pending: PendingEvents, settings: PersonalizerSettings
    ) -> None:
        """Take the parts."""
        self.feedback = FeedbackSender(server, pending, settings)
        self._server = server
        self._pending = pending
        self._settings = settings
        self._actions = ActionCatalogue(server)
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait for the work that goes on after an answer."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._actions.close()

    async def rank(self, key: str, request: RankRequest) -> dict[str, Any]:
        """Return the ranking. A repeated call with the same event id gets the same one."""
        await self._server.check_key(key)
        if self._settings.personalizer_action_features:
            await self._actions.upsert(key, request.actions)
        decision = await self._decide(key, request)
        active = not request.defers_activation
        kept = await self._pending.add(request.event_id, decision, active=active)
        if kept.digest != request.digest:
            raise bad_request(
                RANK,
                f"eventId: {request.event_id!r} belongs to another rank call; each needs its own",
            )
        if active and kept is decision:
            event = PendingEvent(request.event_id, decision, True, 0, 0.0, False, False)
            self._in_background(self.feedback.send(key, event, None))
        return kept.answer

    async def reward(self, key: str, event_id: str, value: float) -> None:
        """Store a reward, and report it if the action was shown."""
        await self._server.check_key(key)
        await self._report(key, await self._pending.reward(event_id, value), event_id)

    async def activate(self, key: str, event_id: str) -> None:
        """Store that the action was shown, and report it with the reward, if there is one."""
        await self._server.check_key(key)
        await self._report(key, await self._pending.activate(event_id), event_id)

    async def _decide(self, key: str, request: RankRequest) -> Decision:
        context = flattened(request.context)
        visitor = self._visitor(context) or short_id(request.event_id)
        slate = await self._server.recommend(
            key,
            visitor,
            placement=self._settings.personalizer_placement,
            page_size=len(request.candidates),
            candidate_item_ids=request.candidates,
            context=context,
            recommendation_id=short_id(request.event_id),
            first_slot_propensities=True,
        )
        probabilities = {r.item_id: r.first_slot_propensity or 0.0 for r in slate.results}
        answer = ranked(request, probabilities)
        action, token = answer["rewardActionId"], slate.attribution_token
        default = self._settings.personalizer_default_reward
        return Decision(visitor, action, token, context, answer, request.digest, default)

    def _visitor(self, context: dict[str, Scalar]) -> str:
        """Remove the visitor's features from the context; return the visitor's id, "" if none."""
        found = ""
        for wanted in self._settings.personalizer_visitor_features:
            for name in [n for n in context if n.rpartition(".")[2] == wanted]:
                found = found or _text(context[name])
                del context[name]
        return short_id(found)

    async def _report(self, key: str, event: PendingEvent | None, event_id: str) -> None:
        """Report to the server; if it does not answer, the report follows when the wait is over."""
        if event is None:
            raise AdapterError(
                404, NOT_FOUND,
                f"event {event_id!r} is not known: it was never ranked, or its reward wait is over",
                "EventNotFound",
            )  # fmt: skip
        if not event.active:
            return
        try:
            await self.feedback.send(key, event, event.total if event.rewards else None)
        except HeadwaterError as error:
            _log.warning("reported when the reward wait is over", event=event_id, why=str(error))

    def _in_background(self, reporting: Coroutine[Any, Any, None]) -> None:
        """Report after the answer; if that fails, the end of the wait reports the rest."""

        async def report() -> None:
            with contextlib.suppress(HeadwaterError, StoreError):
                await reporting

        task = asyncio.create_task(report())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _text(value: Scalar) -> str:
    """Return a visitor's id; a whole number is written without ".0".

    >>> _text(17.0), _text("ann")
    ('17', 'ann')
    """
    return value if isinstance(value, str) else f"{value:.15g}"
