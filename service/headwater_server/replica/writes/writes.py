"""The way of what arrives: opened, looked at, put on the log, applied, answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.messages.events import Outcome, Status
from headwater_server.errors import DeadlineExceeded, Overloaded, StoreUnavailable
from headwater_server.replica.answers import WriteAnswer
from headwater_server.replica.health import Health
from headwater_server.replica.ports.quarantine import Quarantine, Refused
from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.replica.tail.acknowledgements import Acknowledged, Waiting
from headwater_server.replica.tail.tail import Tail
from headwater_server.replica.writes.appender import Appender
from headwater_server.replica.writes.caller import NOBODY, Caller
from headwater_server.replica.writes.event_checks import CheckedEvent, EventChecks, SignedEvent

MARGIN_S = 0.05  # of the caller's time, so that our answer is there before its own alarm
MARGIN_SHARE = 0.2


class Writes:
    """Feedback and catalogue writes of one replica."""

    def __init__(
        self,
        appender: Appender,
        tail: Tail,
        quarantine: Quarantine,
        health: Health,
        *,
        token_keys: TokenKeys,
        now_ms: Callable[[], int],
        timeout_s: float,
    ) -> None:
        """``tail`` says where the state stands, and with which settings."""
        self._appender = appender
        self._tail = tail
        self._quarantine = quarantine
        self._health = health
        self._inspection = EventChecks(token_keys, lambda: tail.settings, now_ms)
        self._timeout_s = timeout_s
        self.quarantined = 0

    async def feedback(
        self, events: Sequence[SignedEvent], time_remaining_s: float | None, caller: Caller = NOBODY
    ) -> WriteAnswer:
        """Learn from what can be learned from; keep the rest aside, each with its reason."""
        end_s = self._end_s(time_remaining_s)
        looked_at = await self._inspection.look_at(events, caller)
        return await self._finish(looked_at, self._submit(_good(looked_at)), end_s)

    async def take_feedback(
        self, events: Sequence[SignedEvent], time_remaining_s: float | None, caller: Caller = NOBODY
    ) -> Awaitable[WriteAnswer]:
        """Do as `feedback` does, but return when the events have their place in the queue.

        Batches that are taken one after the other are on the log in that order, and share appends.
        While too much is on its way this waits instead of raising `Overloaded`.
        """
        end_s = self._end_s(time_remaining_s)
        looked_at = await self._inspection.look_at(events, caller)
        waiting = await self._submit_patiently(_good(looked_at), end_s)
        return asyncio.ensure_future(self._finish(looked_at, waiting, end_s))

    async def write(
        self, operations: Sequence[Operation], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Put operations on the log and return when they are applied."""
        end_s = self._end_s(time_remaining_s)
        done = await self._done(self._submit(operations), end_s)
        return WriteAnswer(done.outcomes, done.offset)

    async def _finish(
        self, looked_at: Sequence[CheckedEvent], waiting: Waiting | None, end_s: float
    ) -> WriteAnswer:
        done = await self._done(waiting, end_s)
        learned = iter(done.outcomes)
        outcomes = [
            Outcome(Status.QUARANTINED, look.reason) if look.reason else next(learned)
            for look in looked_at
        ]
        # some are only found bad when they are applied: a setting changed on the way, a robot
        refused = [
            Refused(look.event, outcome.detail, look.token)
            for look, outcome in zip(looked_at, outcomes, strict=True)
            if outcome.status is Status.QUARANTINED
        ]
        await self._keep_aside(refused, end_s)
        return WriteAnswer(outcomes, done.offset)

    def _submit(self, operations: Sequence[Operation]) -> Waiting | None:
        if not operations:
            return None
        if not self._health.writes:
            raise StoreUnavailable(self._health.reason)
        return self._appender.submit(operations)

    async def _submit_patiently(
        self, operations: Sequence[Operation], end_s: float
    ) -> Waiting | None:
        while True:
            try:
                return self._submit(operations)
            except Overloaded:
                try:
                    async with asyncio.timeout_at(end_s):
                        await self._appender.some_left()
                except TimeoutError:
                    pass
                else:
                    continue
                raise

    async def _done(self, waiting: Waiting | None, end_s: float) -> Acknowledged:
        if waiting is None:
            return Acknowledged(self._tail.position.offset, ())
        try:
            async with asyncio.timeout_at(end_s):
                return await waiting.future
        except TimeoutError:
            if waiting.appended:
                raise DeadlineExceeded("the deadline passed before it was learned") from None
            raise StoreUnavailable from None

    async def _keep_aside(self, refused: Sequence[Refused], end_s: float) -> None:
        if not refused:
            return
        try:
            async with asyncio.timeout_at(end_s):
                self.quarantined = await self._quarantine.put(refused)
        except TimeoutError:
            raise StoreUnavailable from None

    def _end_s(self, time_remaining_s: float | None) -> float:
        remaining_s = self._timeout_s if time_remaining_s is None else time_remaining_s
        margin_s = min(MARGIN_S, MARGIN_SHARE * remaining_s)
        return asyncio.get_running_loop().time() + remaining_s - margin_s


def _good(looked_at: Sequence[CheckedEvent]) -> list[Operation]:
    return [look.event for look in looked_at if not look.reason]
