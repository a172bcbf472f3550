"""Multi-slot rank, reward and activate: one list for each slot, over what the slots before left.

A slot is one call of ours and one event of its own, with its own reward. Whether policy or baseline
answers is drawn once for the whole page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from headwater import Recommendation
from headwater_server.flattening import NAMES_MAX, Scalar, flattened
from headwater_server.personalizer.adapter import SEPARATOR, Adapter, unknown_event
from headwater_server.personalizer.choosing import ONLINE, Before, draw, draws_policy, slot_of
from headwater_server.personalizer.errors import bad_request
from headwater_server.personalizer.feedback import short_id
from headwater_server.personalizer.multislot.requests import MultiSlotRequest
from headwater_server.personalizer.pending_events import Decision
from headwater_server.personalizer.requests import REWARD

SLOT_NAME = "slot.id"


class MultiSlot:
    """The multi-slot calls of an adapter."""

    def __init__(self, adapter: Adapter) -> None:
        """Use the adapter's server, store and configuration."""
        self._adapter = adapter

    async def rank(self, key: str, request: MultiSlotRequest) -> dict[str, Any]:
        """Return an action for each slot. A repeated call gets the same ones."""
        await self._adapter.begin(key, request.actions)
        whole = await self._decide(key, request)
        active = not request.defers
        kept = await self._adapter.keep(key, _page(request.event_id), whole, active=active)
        for slot, decision in kept.answer["slots"].items():
            event_id = _of_slot(request.event_id, slot)
            await self._adapter.keep(key, event_id, Decision(**decision), active=active)
        answer: dict[str, Any] = kept.answer["answer"]
        return answer

    async def reward(self, key: str, event_id: str, rewards: Mapping[str, float]) -> None:
        """Store the rewards of slots, and report them if they were shown; all or none."""
        slots = await self._slots(key, event_id)
        for slot in rewards:
            if slot not in slots:
                known = ", ".join(slots)
                raise bad_request(
                    REWARD, f"slotId: {slot[:64]!r} is no slot of it, but {known} are"
                )
        for slot, value in rewards.items():
            await self._adapter.reward(key, _of_slot(event_id, slot), value)

    async def activate(self, key: str, event_id: str) -> None:
        """Store that the page was shown, and report all of its slots."""
        for slot in await self._slots(key, event_id):
            await self._adapter.activate(key, _of_slot(event_id, slot))

    async def _slots(self, key: str, event_id: str) -> list[str]:
        await self._adapter.server.check_key(key)
        page = await self._adapter.pending.get(_page(event_id))
        if page is None or "slots" not in page.decision.answer:  # or it is an event of one slot
            raise unknown_event(event_id)
        return list(page.decision.answer["slots"])

    async def _decide(self, key: str, request: MultiSlotRequest) -> Decision:
        """Return the decision of the whole page, with those of its slots inside."""
        settings = self._adapter.configuration.settings
        mode, share = settings.personalizer_mode, settings.personalizer_share
        shared = flattened(request.context)
        visitor = self._adapter.visitor(shared) or short_id(request.event_id)
        before, taken = Before(), list[str]()
        decisions, slots = dict[str, Any](), list[dict[str, str]]()
        ahead = await self._baselines(key, visitor, request, shared)
        for place, slot in enumerate(request.slots):
            allowed, context = request.allowed(place, taken), _context(shared, request, place)
            slate = ahead[place] if ahead else await self._ask(
                key, visitor, request, place, allowed, context
            )  # fmt: skip
            asked = slot_of(slate, slot.baseline, allowed, slot.id)
            wait_ms = self._adapter.configuration.wait_ms
            drawn = draw(asked, request.event_id, mode, share, before, wait_ms)
            before = drawn.after
            taken.append(drawn.action)
            is_listed = asked.is_known and drawn.action in asked.chances
            token = slate.attribution_token if is_listed else ""
            decision = Decision(
                visitor, drawn.action, token, context, {}, request.digest,
                settings.personalizer_default_reward, asdict(drawn.choice),
            )  # fmt: skip
            decisions[slot.id] = asdict(decision)
            slots.append({"id": slot.id, "rewardActionId": drawn.action})
        answer = {"answer": {"slots": slots, "eventId": request.event_id}, "slots": decisions}
        default = settings.personalizer_default_reward
        return Decision(visitor, "", "", {}, answer, request.digest, default)

    async def _baselines(
        self, key: str, visitor: str, request: MultiSlotRequest, shared: dict[str, Scalar]
    ) -> list[Recommendation]:
        """Return the slates beside the caller's own list, all at once, unless another is shown."""
        settings = self._adapter.configuration.settings
        if settings.personalizer_mode == ONLINE:
            return []
        if draws_policy(request.event_id, settings.personalizer_share):
            return []
        own = [slot.baseline for slot in request.slots]
        calls = [
            self._ask(
                key, visitor, request, place, request.allowed(place, own[:place]),
                _context(shared, request, place),
            )
            for place in range(len(own))
        ]  # fmt: skip
        return await asyncio.gather(*calls)

    async def _ask(
        self,
        key: str,
        visitor: str,
        request: MultiSlotRequest,
        place: int,
        allowed: list[str],
        context: dict[str, Scalar],
    ) -> Recommendation:
        event_id = _of_slot(request.event_id, request.slots[place].id)
        recommendation_id = short_id(event_id, always=True)
        return await self._adapter.ask(key, visitor, recommendation_id, allowed, context)


def _context(shared: dict[str, Scalar], request: MultiSlotRequest, place: int) -> dict[str, Scalar]:
    """Return the context of a slot: what all share, the slot's name, and its features."""
    slot = request.slots[place]
    own = {f"slot.{name}": value for name, value in flattened(slot.features).items()}
    both = {SLOT_NAME: slot.id, **own, **shared}
    return dict(list(both.items())[:NAMES_MAX])


def _page(event_id: str) -> str:
    return f"page{SEPARATOR}{event_id}"


def _of_slot(event_id: str, slot: str) -> str:
    return f"slot{SEPARATOR}{event_id}{SEPARATOR}{slot}"
