"""Rank, reward, activate: what Personalizer's callers do, in our calls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import structlog

from headwater import HeadwaterError
from headwater_server.errors import HeadwaterError as StoreError
from headwater_server.flattening import Scalar, flattened
from headwater_server.personalizer.descriptions import Descriptions
from headwater_server.personalizer.errors import NOT_FOUND, DoorError, bad_request
from headwater_server.personalizer.memory import Memory, Remembered, Told
from headwater_server.personalizer.ranking import ranked
from headwater_server.personalizer.requests import RANK, RankRequest
from headwater_server.personalizer.server import Server
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.personalizer.teaching import Teaching, short_id

_log = structlog.get_logger(__name__)


class Door:
    """One door, for all callers. Each call is checked against the server by its own key."""

    def __init__(self, server: Server, memory: Memory, settings: PersonalizerSettings) -> None:
        """Take the parts."""
        self.teaching = Teaching(server, memory, settings)
        self._server = server
        self._memory = memory
        self._settings = settings
        self._descriptions = Descriptions(server)
        self._under_way: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait for what was begun after an answer."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._descriptions.close()

    async def rank(self, key: str, request: RankRequest) -> dict[str, Any]:
        """Return the ranking. Asked again under the same id, the same one."""
        await self._server.check_key(key)
        if self._settings.personalizer_action_features:
            await self._descriptions.describe(key, request.actions)
        told = await self._asked(key, request)
        active = not request.defers_activation
        kept = await self._memory.remember(request.event_id, told, active=active)
        if kept.digest != request.digest:
            raise bad_request(
                RANK, f"eventId: {request.event_id!r} names another rank call; each needs its own"
            )
        if active and kept is told:
            event = Remembered(request.event_id, told, True, 0, 0.0, False, False)
            self._later(self.teaching.teach(key, event, None))
        return kept.answer

    async def reward(self, key: str, event_id: str, value: float) -> None:
        """Note a reward, and tell it, if the event was shown."""
        await self._server.check_key(key)
        await self._learn(key, await self._memory.reward(event_id, value), event_id)

    async def activate(self, key: str, event_id: str) -> None:
        """Note that the action was shown, and tell it, with the reward that came before."""
        await self._server.check_key(key)
        await self._learn(key, await self._memory.activate(event_id), event_id)

    async def _asked(self, key: str, request: RankRequest) -> Told:
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
        chances = {r.item_id: r.first_slot_propensity or 0.0 for r in slate.results}
        answer = ranked(request, chances)
        action, token = answer["rewardActionId"], slate.attribution_token
        default = self._settings.personalizer_default_reward
        return Told(visitor, action, token, context, answer, request.digest, default)

    def _visitor(self, context: dict[str, Scalar]) -> str:
        """Take out of the context, and return, what names the visitor; "" if nothing does."""
        found = ""
        for wanted in self._settings.personalizer_visitor_features:
            for name in [n for n in context if n.rpartition(".")[2] == wanted]:
                found = found or _text(context[name])
                del context[name]
        return short_id(found)

    async def _learn(self, key: str, event: Remembered | None, event_id: str) -> None:
        """Tell the server; what it cannot take now is told when the wait is over."""
        if event is None:
            raise DoorError(
                404, NOT_FOUND,
                f"event {event_id!r} is not known: it was never ranked, or its reward wait is over",
                "EventNotFound",
            )  # fmt: skip
        if not event.active:
            return
        try:
            await self.teaching.teach(key, event, event.total if event.rewards else None)
        except HeadwaterError as error:
            _log.warning("told when the reward wait is over", event=event_id, why=str(error))

    def _later(self, telling: Coroutine[Any, Any, None]) -> None:
        """Go on after the answer; whatever comes of it, the end of the wait tells what is left."""

        async def told() -> None:
            with contextlib.suppress(HeadwaterError, StoreError):
                await telling

        task = asyncio.create_task(told())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


def _text(value: Scalar) -> str:
    """Return a visitor's name; a number is one without its point zero.

    >>> _text(17.0), _text("ann")
    ('17', 'ann')
    """
    return value if isinstance(value, str) else f"{value:.15g}"
