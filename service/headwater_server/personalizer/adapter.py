"""Personalizer's calls rank, reward and activate, made from calls of ours."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import asdict
from typing import Any

import structlog

from headwater import HeadwaterError, Recommendation
from headwater_server.engine.intake.placeholders import placeholder
from headwater_server.errors import HeadwaterError as StoreError
from headwater_server.flattening import Scalar, flattened
from headwater_server.personalizer.action_catalogue import ActionCatalogue
from headwater_server.personalizer.administration.calls import Administration
from headwater_server.personalizer.administration.configuration import Configuration
from headwater_server.personalizer.choosing import Before, draw, slot_of
from headwater_server.personalizer.errors import NOT_FOUND, AdapterError, bad_request
from headwater_server.personalizer.feedback import FeedbackSender, short_id
from headwater_server.personalizer.pending_events import Decision, PendingEvent, PendingEvents
from headwater_server.personalizer.ranking import ranked
from headwater_server.personalizer.requests import RANK, Action, RankRequest
from headwater_server.personalizer.server_client import ServerClient

SEPARATOR = "\x1f"
"""Within the ids under which pages of several slots are kept."""
_log = structlog.get_logger(__name__)


class Adapter:
    """One adapter, for all callers. The server checks the key of each call."""

    def __init__(
        self,
        server: ServerClient,
        pending: PendingEvents,
        configuration: Configuration,
        administration: Administration,
    ) -> None:
        """Take the parts."""
        self.administration = administration
        self.feedback = FeedbackSender(server, pending, configuration.settings)
        self.server = server
        self.pending = pending
        self.configuration = configuration
        self._actions = ActionCatalogue(server)
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait for the work that goes on after an answer."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._actions.close()

    async def rank(self, key: str, request: RankRequest) -> dict[str, Any]:
        """Return the ranking. A repeated call with the same event id gets the same one."""
        await self.begin(key, request.actions)
        decision = await self._decide(key, request)
        return (await self.keep(key, request.event_id, decision, active=not request.defers)).answer

    async def begin(self, key: str, actions: list[Action]) -> None:
        """Check the key, read the configuration, and describe the actions."""
        await self.server.check_key(key)
        settings = await self.configuration.refresh()
        if settings.personalizer_action_features:
            await self._actions.upsert(key, actions)
        for place, action in enumerate(actions):
            # one that the server's setting allowed_ids has is in the catalogue
            reason = placeholder(action.id)
            if reason and not await self.server.has_item(key, action.id):
                raise bad_request(RANK, f"actions[{place}].id: {reason}")

    async def keep(self, key: str, event_id: str, decision: Decision, *, active: bool) -> Decision:
        """Keep a decision until its reward, and report that it was shown; return the kept one."""
        kept = await self.pending.add(event_id, decision, active=active)
        if kept.digest != decision.digest:
            raise bad_request(
                RANK,
                f"eventId: {_own(event_id)!r} belongs to another rank call; each needs its own",
            )
        if active and kept is decision and decision.action:
            event = PendingEvent(event_id, decision, True, 0, 0.0, False, False)
            self._in_background(self.feedback.send(key, event, None))
        return kept

    async def reward(self, key: str, event_id: str, value: float) -> None:
        """Store a reward, and report it if the action was shown."""
        await self.server.check_key(key)
        await self.configuration.refresh()
        await self.report(key, await self.pending.reward(event_id, value), event_id)

    async def activate(self, key: str, event_id: str) -> None:
        """Store that the action was shown, and report it with the reward, if there is one."""
        await self.server.check_key(key)
        await self.report(key, await self.pending.activate(event_id), event_id)

    async def _decide(self, key: str, request: RankRequest) -> Decision:
        settings = self.configuration.settings
        context = flattened(request.context)
        visitor = self.visitor(context) or short_id(request.event_id)
        candidates = request.candidates
        slate = await self.ask(key, visitor, short_id(request.event_id), candidates, context)
        slot = slot_of(slate, candidates[0], candidates)
        mode, share = settings.personalizer_mode, settings.personalizer_share
        wait_ms = self.configuration.wait_ms
        drawn = draw(slot, request.event_id, mode, share, Before(), wait_ms)
        answer = ranked(request, drawn.action, drawn.shares, of_baseline=not drawn.by_policy)
        return Decision(
            visitor,
            drawn.action,
            slate.attribution_token if slot.is_known and drawn.action in slot.chances else "",
            context,
            answer,
            request.digest,
            settings.personalizer_default_reward,
            asdict(drawn.choice),
        )

    async def ask(
        self,
        key: str,
        visitor: str,
        recommendation_id: str,
        candidates: list[str],
        context: dict[str, Scalar],
    ) -> Recommendation:
        """Return the slate of all candidates, with the chance of each to come first."""
        return await self.server.recommend(
            key,
            visitor,
            placement=self.configuration.settings.personalizer_placement,
            page_size=len(candidates),
            candidate_item_ids=candidates,
            context=context,
            recommendation_id=recommendation_id,
            first_slot_propensities=True,
        )

    def visitor(self, context: dict[str, Scalar]) -> str:
        """Remove the visitor's features from the context; return the visitor's id, "" if none.

        The text of a missing value, such as "undefined", is no id: no event of it would be learned.
        """
        found = ""
        for wanted in self.configuration.settings.personalizer_visitor_features:
            for name in [n for n in context if n.rpartition(".")[2] == wanted]:
                text = _text(context[name])
                found = found or ("" if placeholder(text) else text)
                del context[name]
        return short_id(found)

    async def report(self, key: str, event: PendingEvent | None, event_id: str) -> None:
        """Report to the server; if it does not answer, the report follows when the wait is over."""
        if event is None or not event.decision.action:
            raise unknown_event(event_id)
        if not event.active:
            return
        try:
            await self.feedback.send(key, event, self._known_reward(event))
        except HeadwaterError as error:
            _log.warning("reported when the wait is over", event_id=event_id, why=str(error))

    def _known_reward(self, event: PendingEvent) -> float | None:
        """Return the reward, None while it may change: a sum is known when the wait is over."""
        is_sum = self.configuration.settings.personalizer_reward_aggregation == "sum"
        return event.total if event.rewards and not is_sum else None

    def _in_background(self, reporting: Coroutine[Any, Any, None]) -> None:
        """Report after the answer; if that fails, the end of the wait reports the rest."""

        async def report() -> None:
            with contextlib.suppress(HeadwaterError, StoreError):
                await reporting

        task = asyncio.create_task(report())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def unknown_event(event_id: str) -> AdapterError:
    """Return the error of an event that is not there."""
    text = f"event {_own(event_id)!r} is not known: it was never ranked, or its reward wait is over"
    return AdapterError(404, NOT_FOUND, text, "EventNotFound")


def _own(event_id: str) -> str:
    """Return the caller's id of a page, or of one of its slots."""
    return event_id.split(SEPARATOR)[1] if SEPARATOR in event_id else event_id


def _text(value: Scalar) -> str:
    """Return a visitor's id; a whole number is written without ".0".

    >>> _text(17.0), _text("ann")
    ('17', 'ann')
    """
    return value if isinstance(value, str) else f"{value:.15g}"
