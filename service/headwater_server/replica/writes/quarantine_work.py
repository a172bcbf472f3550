"""Sends quarantined events again, or deletes them; the log keeps who did it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from headwater_server.engine.messages.entries import QuarantineChange
from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.replica.answers import WriteAnswer
from headwater_server.replica.ports.quarantine import Quarantine, Quarantined
from headwater_server.replica.writes.caller import Caller
from headwater_server.replica.writes.writes import Writes

TOO_LONG = "event: was too long to be kept, so that only its ids are known; drop it"
GROUPS_AT_ONCE = 16
LEARNED = (Status.CREATED, Status.EXISTS)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of an event; ``outcome`` None: it is not in the quarantine."""

    kept_id: str
    event_id: str = ""
    outcome: Outcome | None = None

    @property
    def is_learned(self) -> bool:
        """Whether it was learned, now or before."""
        return self.outcome is not None and self.outcome.status in LEARNED


@dataclass(frozen=True, slots=True)
class ReplayAnswer:
    """One result per id, in order, and a state that contains what was learned."""

    results: Sequence[Replayed]
    offset: str


class QuarantineWork:
    """Both may be repeated: an event that was learned is EXISTS, one that is gone is no error."""

    def __init__(self, writes: Writes, quarantine: Quarantine, *, who: str) -> None:
        """``who``: the name on the log of what a caller without a name does."""
        self._who = who
        self._writes = writes
        self._quarantine = quarantine

    async def replay(
        self, kept_ids: Sequence[str], who: str, time_remaining_s: float | None
    ) -> ReplayAnswer:
        """Learn from events as they were sent; those that are learned leave the quarantine."""
        deadline = _Deadline(time_remaining_s)
        self._writes.check_health()
        found = await self._quarantine.find(list(dict.fromkeys(kept_ids)))
        results = {kept.kept_id: _too_long(kept) for kept in found if kept.event is None}
        for done in await self._learned(found, deadline):
            results.update(done)
        gone = [kept for kept in found if results[kept.kept_id].is_learned]
        change = QuarantineChange(who or self._who, "replay", len(found), len(gone))
        answer = await self._note(change, deadline)
        await self._quarantine.drop(gone)
        in_order = [results.get(kept_id, Replayed(kept_id)) for kept_id in kept_ids]
        return ReplayAnswer(in_order, answer.offset)

    async def drop(self, kept_ids: Sequence[str], who: str, time_remaining_s: float | None) -> int:
        """Delete events for good; return how many there were. The log says so before they go."""
        deadline = _Deadline(time_remaining_s)
        found = await self._quarantine.find(list(dict.fromkeys(kept_ids)))
        if found:
            await self._note(QuarantineChange(who or self._who, "drop", len(found)), deadline)
            await self._quarantine.drop(found)
        return len(found)

    async def _note(self, change: QuarantineChange, deadline: _Deadline) -> WriteAnswer:
        changes = [change] if change.events else []
        return await self._writes.write(changes, deadline.left_s())

    async def _learned(
        self, found: Iterable[Quarantined], deadline: _Deadline
    ) -> list[dict[str, Replayed]]:
        """Learn from the events of each source apart: each has limits of its own, as before."""
        places = asyncio.Semaphore(GROUPS_AT_ONCE)

        async def learn(caller: Caller, kept: list[Quarantined]) -> dict[str, Replayed]:
            async with places:
                events = [(_as_sent(one.event), one.token) for one in kept if one.event]
                answer = await self._writes.feedback(events, deadline.left_s(), caller)
            pairs = zip(kept, answer.outcomes, strict=True)
            return {k.kept_id: Replayed(k.kept_id, k.event_id, outcome) for k, outcome in pairs}

        whole = sorted((kept for kept in found if kept.event is not None), key=_order)
        groups = [(caller, list(kept)) for caller, kept in groupby(whole, key=_caller)]
        return await asyncio.gather(*(learn(*group) for group in groups))


class _Deadline:
    """What is left of the caller's time; None: no limit."""

    def __init__(self, time_remaining_s: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._end_s = None if time_remaining_s is None else self._loop.time() + time_remaining_s

    def left_s(self) -> float | None:
        return None if self._end_s is None else max(0.0, self._end_s - self._loop.time())


def _too_long(kept: Quarantined) -> Replayed:
    return Replayed(kept.kept_id, kept.event_id, Outcome(Status.QUARANTINED, TOO_LONG))


def _caller(kept: Quarantined) -> Caller:
    event = kept.event
    return Caller(is_page=event.from_page, pseudonym=event.source) if event else Caller()


def _order(kept: Quarantined) -> tuple[bool, str, int, str]:
    """Of each caller the events in the order in which they came."""
    caller = _caller(kept)
    return caller.is_page, caller.pseudonym, kept.time_ms, kept.kept_id


def _as_sent(event: Event) -> Event:
    """Return the caller's fields alone: what the server adds is found again."""
    return replace(event, slate=None, self_asked=False)
