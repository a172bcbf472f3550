"""Shops that send feedback and send it again until they hear of it, and ask what was learned."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.errors import HeadwaterError
from tests.simulation.oracle import Violated

if TYPE_CHECKING:
    from tests.simulation.world import World

TRY_S = 0.8
QUESTION = RecommendRequest("nobody", recommendation_id="r")


class Client:
    """Creates ids of its own, and sometimes sends those of others, as a doubled queue does."""

    def __init__(self, name: str, world: World) -> None:
        self._name = name
        self._world = world
        self._random = world.random
        self._sent = 0
        self._was_broken = False

    async def run(self, calls: int) -> None:
        for _ in range(calls):
            await asyncio.sleep(self._random.uniform(0, 0.3))
            choice = self._random.random()
            if choice < 0.75:
                await self._feedback([self._event() for _ in range(self._random.randint(1, 3))])
            elif choice < 0.85:
                await self._write_item(f"i{self._random.randint(0, 3)}")
            elif choice < 0.93:
                await self._once(lambda replica: replica.erase_user("u1", "", TRY_S))
            else:
                await self._compare()

    async def _write_item(self, item_id: str) -> None:
        writes = [ItemWrite(Item(item_id, self._name))]
        await self._once(lambda replica: replica.upsert_items(writes, TRY_S))

    def _event(self) -> Event:
        """A new one; or an old one of anybody, sometimes with another content under its id."""
        if self._world.event_ids and self._random.random() < 0.2:
            event_id = self._random.choice(self._world.event_ids)
        else:
            self._sent += 1
            event_id = f"{self._name}-{self._sent}"
            self._world.event_ids.append(event_id)
        item = "tent" if self._random.random() < 0.9 else "other"
        return Event(event_id, "click", "v1", items=(EventItem(item),))

    async def _feedback(self, events: list[Event]) -> None:
        signed = [(event, "") for event in events]
        while not self._world.is_over:
            self._world.oracle.tried(events)
            heard = await self._once(lambda replica: replica.feedback(signed, TRY_S))
            if heard is not None and await self._is_heard(events, *heard):
                return
            await asyncio.sleep(self._random.uniform(0, 0.1))

    async def _is_heard(self, events: list[Event], answer: Any, replica: Any) -> bool:
        """Look at what was promised, though the answer may be lost on its last way."""
        self._world.note(f"{self._name} {[one.event_id for one in events]} {answer.offset}")
        self._world.check(lambda: self._is_kept(events, answer, replica))
        if self._random.random() < self._world.weather.unheard:
            return False
        await self._question(answer.offset)
        return True

    def _is_kept(self, events: list[Event], answer: Any, replica: Any) -> None:
        if self._was_broken:
            raise Violated(f"a broken replica acknowledged {events}")
        self._world.oracle.answered(events, answer.outcomes, answer.offset, replica.engine)

    async def _question(self, offset: str) -> None:
        """Ask anybody for a state that holds what was just acknowledged."""
        ask = {"min_offset": offset, "time_remaining_s": TRY_S}
        heard = await self._once(lambda replica: replica.recommend(QUESTION, **ask))
        if heard is not None:
            answer, replica = heard
            oracle, here = self._world.oracle, answer.offset
            self._world.check(lambda: oracle.knows(offset, here, replica.engine))

    async def _compare(self) -> None:
        heard = await self._once(lambda replica: replica.compare_replicas(3.0))
        if heard is not None:
            self._world.note(f"{self._name} compared at {heard[0].offset}")
            digests = {one.digest for one in heard[0].replicas if one.digest}
            if len(digests) > 1:
                self._world.check(lambda: _differ(heard[0].replicas))

    async def _once(self, call: Any) -> Any:
        """Ask any of the nodes, once; None if it does not answer well."""
        node = self._random.choice(self._world.nodes)
        self._was_broken = bool(node.replica and node.replica.own.health.fault)
        try:
            return await node.ask(call)
        except HeadwaterError:
            return None


def _differ(replicas: Any) -> None:
    raise Violated(f"replicas differ at a mark: {replicas}")
