"""Erases an account or a visitor: the entry names all its profiles, so it needs no state."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from headwater_server.engine.messages.entries import UserErase
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.answers import WriteAnswer
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.quarantine import Quarantine
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.tail.tail import Tail
from headwater_server.replica.writes.writes import Writes


class Erasing:
    """Erases in the state, by an entry, and then in the quarantine. It may be repeated."""

    def __init__(
        self, engine: StateMachine, log: Log, tail: Tail, writes: Writes, quarantine: Quarantine
    ) -> None:
        """``engine`` knows which visitors are linked to an account."""
        self._engine = engine
        self._log = log
        self._tail = tail
        self._writes = writes
        self._quarantine = quarantine
        self._under_way: list[UserErase] = []
        self._watching: list[list[UserErase]] = []

    async def erase(
        self, user_id: str, visitor_id: str, time_remaining_s: float | None, who: str = ""
    ) -> WriteAnswer:
        """Erase the account, or the visitor's anonymous history: one of the ids is empty."""
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        visitor_ids = await self._visitors(user_id, visitor_id, time_remaining_s)
        if time_remaining_s is not None:
            time_remaining_s = max(0.0, time_remaining_s - (loop.time() - start_s))
        erase = UserErase(user_id, visitor_ids, who)
        with self._shown(erase):
            done = await self._writes.write([erase], time_remaining_s)
            await self._quarantine.forget(user_id, visitor_ids)
        return done

    @contextmanager
    def watched(self) -> Iterator[list[UserErase]]:
        """Give a list of the erasures that are under way here; it grows until the end.

        Who learns again what was kept erases again after it: the first time may have been before.
        """
        seen = list(self._under_way)
        self._watching.append(seen)
        try:
            yield seen
        finally:
            self._watching = [one for one in self._watching if one is not seen]

    @contextmanager
    def _shown(self, erase: UserErase) -> Iterator[None]:
        self._under_way.append(erase)
        for seen in self._watching:
            seen.append(erase)
        try:
            yield
        finally:
            self._under_way.remove(erase)

    async def _visitors(
        self, user_id: str, visitor_id: str, time_remaining_s: float | None
    ) -> tuple[str, ...]:
        """Return the visitors to erase, also those that another replica linked to the account."""
        if not user_id:
            return (visitor_id,)
        try:
            async with asyncio.timeout(time_remaining_s):
                await self._tail.waiters.wait_for((await self._log.head()).offset)
        except TimeoutError:
            raise StoreUnavailable from None
        profile = self._engine.lookups.get_user(user_id, "")
        return tuple(profile.visitor_ids) if profile else ()
