"""The code broken on purpose, one way each: what finds none of these checks nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.errors import StoreUnavailable
from headwater_server.replica import shell
from headwater_server.replica.ports.position import Position
from headwater_server.replica.reads.reads import Reads
from headwater_server.replica.snapshots.capture import captured
from headwater_server.replica.steps import yield_to_others
from headwater_server.replica.tail.acknowledgements import acknowledge
from headwater_server.replica.tail.tail import Tail
from headwater_server.replica.writes.appender import Appender
from tests.integration.counting_engine import CountingEngine
from tests.simulation.sim_log import SimLog
from tests.simulation.sim_store import SimStore

Mutant = AbstractContextManager[Any]


class Forgetful(CountingEngine):
    """Learns each event again whenever it comes."""

    def _learning(self, event: Event) -> Generator[None, None, Outcome]:
        self.seen.pop(event.event_id, None)
        return (yield from super()._learning(event))


def acknowledges_before_applying() -> Mutant:
    async def commit(self: Any, group: Any) -> None:
        try:
            position = await self._log.append([waiting.encoded for waiting in group])
        except Exception as error:  # noqa: BLE001 - as the real one
            self._fail(group, error)
        else:
            created = [Outcome(Status.CREATED)] * sum(waiting.size for waiting in group)
            acknowledge(group, position.offset, created)

    return patch.object(Appender, "_commit", commit)


def appends_again_in_silence() -> Mutant:
    append = SimLog.append

    async def again(self: Any, encoded: Any, *, after: Any = None) -> Any:
        try:
            return await append(self, encoded, after=after)
        except StoreUnavailable:
            return await append(self, encoded, after=after)

    return patch.object(SimLog, "append", again)


def reads_what_is_not_chained() -> Mutant:
    def following(self: Any, after: Any, count: int) -> Any:
        place = [entry.position.offset for entry in self.entries]
        start = place.index(after.offset) + 1 if after.offset in place else after.sequence
        return self.entries[start : start + count]

    return patch.object(SimStore, "following", following)


def does_not_notice_a_log_that_went_back() -> Mutant:
    return patch.object(Tail, "_check_head", lambda self: asyncio.sleep(0))


def keeps_a_state_under_a_later_offset() -> Mutant:
    async def torn(engine: Any, tail: Any) -> Any:
        _, settings, parts = await captured(engine, tail)
        copied = list(parts)
        for _ in range(50):
            await yield_to_others()
        await asyncio.sleep(0.1)
        return tail.position, settings, copied

    return patch.object(shell, "captured", torn)


def answers_without_waiting_for_min_offset() -> Mutant:
    async def at_once(self: Any, min_offset: str, time_remaining_s: Any) -> Any:
        return time_remaining_s

    return patch.object(Reads, "_reached", at_once)


def applies_own_entries_wherever_they_are() -> Mutant:
    def anywhere(self: Position, before: Position) -> bool:
        return self.sequence > before.sequence

    return patch.object(Position, "directly_follows", anywhere)


def acknowledges_the_calls_of_a_group_in_disorder() -> Mutant:
    def disordered(group: Any, offset: str, outcomes: Any) -> None:
        acknowledge(list(reversed(list(group))), offset, outcomes)

    return patch("headwater_server.replica.writes.appender.acknowledge", disordered)


MUTANTS = [
    acknowledges_before_applying,
    appends_again_in_silence,
    reads_what_is_not_chained,
    does_not_notice_a_log_that_went_back,
    keeps_a_state_under_a_later_offset,
    answers_without_waiting_for_min_offset,
    applies_own_entries_wherever_they_are,
    acknowledges_the_calls_of_a_group_in_disorder,
]
