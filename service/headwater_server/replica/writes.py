"""The way of what arrives: opened, looked at, put on the log, applied, answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from headwater_server.engine.attribution_token import ForgedTokenError, open_token
from headwater_server.engine.entries import Operation
from headwater_server.engine.events import Event, Outcome, Status, fingerprint
from headwater_server.engine.firewall import quarantine_reason
from headwater_server.errors import DeadlineExceeded, StoreUnavailable
from headwater_server.replica.answers import WriteAnswer
from headwater_server.replica.appender import Appender
from headwater_server.replica.health import Health
from headwater_server.replica.ports import Quarantine
from headwater_server.replica.tail import Tail
from headwater_server.replica.waiting import Acknowledged

MARGIN_S = 0.05  # of the caller's time, so that our answer is there before its own alarm
MARGIN_SHARE = 0.2
LOOKS_IN_A_ROW = 50  # about a millisecond


class Writes:
    """Feedback and catalogue writes of one replica."""

    def __init__(
        self,
        appender: Appender,
        tail: Tail,
        quarantine: Quarantine,
        health: Health,
        *,
        token_key: bytes,
        timeout_s: float,
    ) -> None:
        """``tail`` says where the state stands, and with which settings."""
        self._appender = appender
        self._tail = tail
        self._quarantine = quarantine
        self._health = health
        self._token_key = token_key
        self._timeout_s = timeout_s
        self.quarantined = 0

    async def feedback(
        self, events: Sequence[tuple[Event, str]], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Learn from what can be learned from; keep the rest aside, each with its reason."""
        end_s = self._end_s(time_remaining_s)
        looked_at = await self._look_at(events)
        good = [event for event, reason in looked_at if not reason]
        done = await self._append(good, end_s)
        learned = iter(done.outcomes)
        outcomes = [
            Outcome(Status.QUARANTINED, reason) if reason else next(learned)
            for _, reason in looked_at
        ]
        # some are only found bad when they are applied, as the settings changed on the way
        refused = [
            (event, outcome.detail)
            for (event, _), outcome in zip(looked_at, outcomes, strict=True)
            if outcome.status is Status.QUARANTINED
        ]
        await self._keep_aside(refused, end_s)
        return WriteAnswer(outcomes, done.offset)

    async def write(
        self, operations: Sequence[Operation], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Put operations on the log and return when they are applied."""
        done = await self._append(operations, self._end_s(time_remaining_s))
        return WriteAnswer(done.outcomes, done.offset)

    async def _look_at(self, events: Sequence[tuple[Event, str]]) -> list[tuple[Event, str]]:
        """Look at all, letting others have their turn in between."""
        looked_at: list[tuple[Event, str]] = []
        for start in range(0, len(events), LOOKS_IN_A_ROW):
            if start:
                await asyncio.sleep(0)
            looked_at += [self._look(*event) for event in events[start : start + LOOKS_IN_A_ROW]]
        return looked_at

    def _look(self, event: Event, token: str) -> tuple[Event, str]:
        """Return the event as it goes onto the log, and why it must not, "" if it may."""
        event = replace(event, fingerprint=fingerprint(event, token))
        if token:
            try:
                event = replace(event, slate=open_token(token, self._token_key))
            except ForgedTokenError as error:
                return event, str(error)
        return event, quarantine_reason(event, self._tail.settings)

    async def _append(self, operations: Sequence[Operation], end_s: float) -> Acknowledged:
        if not operations:
            return Acknowledged(self._tail.position.offset, ())
        if not self._health.writes:
            raise StoreUnavailable(self._health.reason)
        waiting = self._appender.submit(operations)
        try:
            async with asyncio.timeout_at(end_s):
                return await waiting.future
        except TimeoutError:
            if waiting.appended:
                raise DeadlineExceeded("the deadline passed before it was learned") from None
            raise StoreUnavailable from None

    async def _keep_aside(self, refused: Sequence[tuple[Event, str]], end_s: float) -> None:
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
