"""Handles writes: checks them, appends them to the log, waits until they are applied."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.messages.events import CREATED, Outcome, Status
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import DeadlineExceeded, Overloaded, StoreUnavailable
from headwater_server.replica.answers import WriteAnswer
from headwater_server.replica.health import Health
from headwater_server.replica.ports.position import time_ms_of
from headwater_server.replica.ports.quarantine import Quarantine, RejectedEvent
from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.replica.tail.acknowledgements import Acknowledged, PendingWrite
from headwater_server.replica.tail.tail import Tail
from headwater_server.replica.writes.appender import Appender
from headwater_server.replica.writes.caller import NOBODY, Caller
from headwater_server.replica.writes.event_checks import (
    CheckedEvents,
    EventChecks,
    SignedEvent,
)
from headwater_server.replica.writes.exposure_limit import ExposureLimit

MARGIN_S = 0.05  # of the caller's time, so that the answer arrives before the caller's timeout
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
        exposures: ExposureLimit,
    ) -> None:
        """``tail`` knows the state's position and settings."""
        self._appender = appender
        self._tail = tail
        self._exposures = exposures
        self._quarantine = quarantine
        self._health = health
        self.checks = EventChecks(
            token_keys,
            settings=lambda: tail.settings,
            now_ms=now_ms,
            log_ms=lambda: time_ms_of(tail.position.offset),
            exposures=exposures,
        )
        self._timeout_s = timeout_s
        self.quarantined = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """How much was not learned, or not as it was sent."""
        return {
            "events_quarantined": self.quarantined,
            "page_exposures_refused": self._exposures.refused,
        }

    @property
    def settings(self) -> EngineSettings:
        """The settings that the state has now."""
        return self._tail.settings

    async def feedback(
        self, events: Sequence[SignedEvent], time_remaining_s: float | None, caller: Caller = NOBODY
    ) -> WriteAnswer:
        """Learn from the valid events; quarantine the others, each with its reason."""
        end_s = self._end_s(time_remaining_s)
        checked = await self.checks.check(events, caller)
        pending = await self._submit(checked.good, checked.settings)
        return await self._finish(checked, pending, end_s)

    async def take_feedback(
        self, events: Sequence[SignedEvent], time_remaining_s: float | None, caller: Caller = NOBODY
    ) -> Awaitable[WriteAnswer]:
        """Do the same as `feedback`, but return when the events are queued.

        Batches that are taken one after the other are on the log in that order, and share appends.
        While too many writes are under way, it waits instead of raising `Overloaded`.
        """
        end_s = self._end_s(time_remaining_s)
        checked = await self.checks.check(events, caller)
        pending = await self._submit_patiently(checked, end_s)
        return asyncio.ensure_future(self._finish(checked, pending, end_s))

    async def write(
        self, operations: Sequence[Operation], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Append operations to the log and return when they are applied."""
        end_s = self._end_s(time_remaining_s)
        done = await self._done(await self._submit(operations), end_s)
        return WriteAnswer(done.outcomes, done.offset)

    async def _finish(
        self, checked: CheckedEvents, pending: PendingWrite | None, end_s: float
    ) -> WriteAnswer:
        done = await self._done(pending, end_s)
        outcomes = _outcomes(checked, done.outcomes)
        # the engine rejects some only when it applies them: after a change of settings, or robots'
        if outcomes.count(CREATED) < len(outcomes):
            await self._store_rejected(_rejected(checked, outcomes), end_s)
        return WriteAnswer(outcomes, done.offset)

    async def _submit(
        self, operations: Sequence[Operation], checked: EngineSettings | None = None
    ) -> PendingWrite | None:
        if not operations:
            return None
        self.check_health()
        self._appender.admit(len(operations))  # early: a call that is refused costs little
        encoded = await self._appender.encode(operations)
        self.check_health()
        return self._appender.submit(operations, encoded, checked)

    def check_health(self) -> None:
        """Raise `StoreUnavailable` if nothing can be written now."""
        if not self._health.writes:
            raise StoreUnavailable(self._health.reason)

    async def _submit_patiently(self, checked: CheckedEvents, end_s: float) -> PendingWrite | None:
        operations = checked.good
        while True:
            try:
                return await self._submit(operations, checked.settings)
            except Overloaded:
                try:
                    async with asyncio.timeout_at(end_s):
                        await self._appender.some_left()
                except TimeoutError:
                    pass
                else:
                    continue
                raise

    async def _done(self, pending: PendingWrite | None, end_s: float) -> Acknowledged:
        if pending is None:
            return Acknowledged(self._tail.position.offset, ())
        # a timer alone is a third of `asyncio.timeout_at`, and hardly any call comes to its end
        timer = asyncio.get_running_loop().call_at(end_s, _give_up, pending)
        try:
            return await pending.future
        finally:
            timer.cancel()

    async def quarantine(self, rejected: Sequence[RejectedEvent]) -> None:
        """Keep what is not learned, however long the store takes."""
        if rejected:
            self.quarantined = await self._quarantine.put(rejected)

    async def _store_rejected(self, rejected: Sequence[RejectedEvent], end_s: float) -> None:
        if not rejected:
            return
        try:
            async with asyncio.timeout_at(end_s):
                self.quarantined = await self._quarantine.put(rejected)
        except TimeoutError:
            raise StoreUnavailable from None

    def _end_s(self, time_remaining_s: float | None) -> float:
        remaining_s = self._timeout_s if time_remaining_s is None else time_remaining_s
        margin_s = min(MARGIN_S, MARGIN_SHARE * remaining_s)
        return asyncio.get_running_loop().time() + remaining_s - margin_s


def _give_up(pending: PendingWrite) -> None:
    """End a call whose time is over; its operations may still be done."""
    if pending.future.done():
        return
    if pending.appended:
        late = DeadlineExceeded("the deadline passed before the write was applied")
        pending.future.set_exception(late)
    else:
        pending.future.set_exception(StoreUnavailable())


def _outcomes(checked: CheckedEvents, applied: Sequence[Outcome]) -> Sequence[Outcome]:
    """Return the outcome of each event of a call: those of the engine, or why one was rejected."""
    if len(applied) == len(checked.events):
        return applied
    learned = iter(applied)
    return [
        Outcome(Status.QUARANTINED, reason) if reason else next(learned)
        for reason in checked.reasons
    ]


def _rejected(checked: CheckedEvents, outcomes: Sequence[Outcome]) -> list[RejectedEvent]:
    return [
        RejectedEvent(event, outcome.detail, token)
        for event, token, outcome in zip(checked.events, checked.tokens, outcomes, strict=True)
        if outcome.status is Status.QUARANTINED
    ]
