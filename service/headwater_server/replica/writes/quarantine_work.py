"""Sends quarantined events again, or deletes them; the log keeps who did it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from headwater_server.engine.messages.entries import REPLAY_BEGINS, QuarantineChange, UserErase
from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.replica.answers import WriteAnswer
from headwater_server.replica.ports.quarantine import Quarantine, Quarantined
from headwater_server.replica.writes.caller import Caller
from headwater_server.replica.writes.erasing import Erasing
from headwater_server.replica.writes.writes import Writes

TOO_LONG = "event: was too long to be kept, so that only its ids are known; drop it"
GROUPS_AT_ONCE = 16
LEARNED = (Status.CREATED, Status.EXISTS)
Results = dict[str, "Replayed"]


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

    def __init__(
        self, writes: Writes, quarantine: Quarantine, erasing: Erasing, *, who: str
    ) -> None:
        """``who``: the name on the log of what a caller without a name does."""
        self._who = who
        self._writes = writes
        self._quarantine = quarantine
        self._erasing = erasing

    async def replay(
        self, kept_ids: Sequence[str], who: str, time_remaining_s: float | None
    ) -> ReplayAnswer:
        """Learn from events as they were sent; those that are learned leave the quarantine.

        The log says so before and after it, so that it does whatever happens between. If some
        cannot be learned now, what became of the others is noted before the error is raised.
        """
        deadline = _Deadline(time_remaining_s)
        self._writes.check_health()
        found = await self._quarantine.find(list(dict.fromkeys(kept_ids)))
        begun = QuarantineChange(who or self._who, REPLAY_BEGINS, len(found))
        await self._note(begun, deadline)
        results = {kept.kept_id: _too_long(kept) for kept in found if kept.event is None}
        learned, error = await self._learned(found, deadline)
        results.update(learned)
        gone = [kept for kept in found if (one := results.get(kept.kept_id)) and one.is_learned]
        answer = await self._note(replace(begun, action="replay", learned=len(gone)), deadline)
        await self._quarantine.drop(gone)
        if error is not None:
            raise error
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
    ) -> tuple[Results, BaseException | None]:
        """Learn from the events of each source apart: each has limits of its own, as before.

        Return the results, and the error of a source whose events could not be learned.
        """
        places = asyncio.Semaphore(GROUPS_AT_ONCE)

        async def learn(caller: Caller, kept_ids: list[str]) -> Results:
            async with places:
                return await self._learned_of(caller, kept_ids, deadline)

        whole = sorted((kept for kept in found if kept.event is not None), key=_order)
        groups = [
            (caller, [one.kept_id for one in kept]) for caller, kept in groupby(whole, key=_caller)
        ]
        tasks = [learn(*group) for group in groups]
        done = await asyncio.gather(*tasks, return_exceptions=True)
        results: Results = {}
        for one in done:
            results.update({} if isinstance(one, BaseException) else one)
        return results, next((one for one in done if isinstance(one, BaseException)), None)

    async def _learned_of(
        self, caller: Caller, kept_ids: Sequence[str], deadline: _Deadline
    ) -> Results:
        """Learn from what is there now: while they waited, events may have been erased."""
        with self._erasing.watched() as erased:
            found = await self._quarantine.find(kept_ids)
            kept = [(one, one.event) for one in found if one.event is not None]
            events = [(_as_sent(event), one.token) for one, event in kept]
            try:
                answer = await self._writes.feedback(events, deadline.left_s(), caller)
            finally:  # also where nobody knows whether they were learned
                await self._erase_again(erased, found)
        pairs = zip(kept, answer.outcomes, strict=True)
        return {k.kept_id: Replayed(k.kept_id, k.event_id, outcome) for (k, _), outcome in pairs}

    async def _erase_again(
        self, erased: Sequence[UserErase], learned: Sequence[Quarantined]
    ) -> None:
        again = [one for one in erased if any(_is_of(one, kept) for kept in learned)]
        await self._writes.write(again, None)
        for one in again:
            await self._quarantine.forget(one.user_id, one.visitor_ids)


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


def _is_of(erase: UserErase, kept: Quarantined) -> bool:
    return kept.is_of(erase.user_id, erase.visitor_ids)


def _as_sent(event: Event) -> Event:
    """Return the caller's fields alone: what the server adds is found again."""
    return replace(event, slate=None, self_asked=False)
