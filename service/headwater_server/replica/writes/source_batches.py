"""Takes what was read from a source: checked as the API's calls are, appended with the position."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from headwater_server.engine.intake.admission import item_problems
from headwater_server.engine.intake.placeholders import placeholder
from headwater_server.engine.messages.entries import (
    ItemDelete,
    ItemWrite,
    Operation,
    SourceAdvance,
)
from headwater_server.engine.messages.events import Event, EventItem, Outcome, Status
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import Overloaded
from headwater_server.replica.ports.quarantine import RejectedEvent
from headwater_server.replica.tail.acknowledgements import PendingWrite
from headwater_server.replica.writes.appender import Appender
from headwater_server.replica.writes.caller import NOBODY
from headwater_server.replica.writes.writes import Writes

Change = ItemWrite | ItemDelete
_NOT_LEARNED = (Status.QUARANTINED, Status.CONFLICT)


@dataclass(frozen=True, slots=True)
class Read:
    """One event or change of a message; ``place`` is the message's, and ``token`` the event's."""

    operation: Event | Change
    place: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A message, or one part of it, that cannot be used. ``reason`` names no person's data."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """All that was read between two positions of one partition."""

    advance: SourceAdvance
    read: Sequence[Read] = ()
    refused: Sequence[Refused] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """``counted``: whether the state was at the batch's beginning; otherwise nothing changed.

    ``outcomes`` are those of what was appended; ``refused``: how much went to the quarantine.
    """

    counted: bool
    outcomes: Sequence[Outcome] = ()
    refused: int = 0


class SourceBatches:
    """Appends batches, each with its position in the same entry.

    What is refused is in the quarantine before the position moves, so that it is never lost.
    """

    def __init__(self, writes: Writes, appender: Appender) -> None:
        """Use the checks and the quarantine of ``writes``."""
        self._writes = writes
        self._appender = appender

    async def take(self, batch: ReadBatch) -> Taken:
        """Return when the batch is applied. `StoreUnavailable` if it may or may not be.

        It may be sent again then: the state knows whether it counted.
        """
        good, rejected, settings = await self._checked(batch)
        await self._writes.quarantine(rejected)
        operations: list[Operation] = [one.operation for one in good]
        advance = replace(batch.advance, operations=len(operations))
        pending = await self._submitted([advance, *operations], settings)
        done = await pending.future
        if done.outcomes[0].status is not Status.CREATED:
            return Taken(counted=False)
        outcomes = done.outcomes[1:]
        late = [
            _rejected(batch, one, outcome.detail)
            for one, outcome in zip(good, outcomes, strict=True)
            if outcome.status in _NOT_LEARNED
        ]
        await self._writes.quarantine(late)
        return Taken(True, outcomes, len(rejected) + len(late))

    async def _checked(
        self, batch: ReadBatch
    ) -> tuple[list[Read], list[RejectedEvent], EngineSettings | None]:
        """Return what is appended, what is not, and the settings if the firewall saw all of it."""
        rejected = [_unread(batch, one) for one in batch.refused]
        events = [one for one in batch.read if isinstance(one.operation, Event)]
        if not events:
            return self._changes(batch, rejected)
        pairs = [(one.operation, one.token) for one in events]
        checked = await self._writes.checks.check(pairs, NOBODY)  # type: ignore[arg-type]
        good = []
        for one, event, reason in zip(events, checked.events, checked.reasons, strict=True):
            seen = replace(one, operation=event)
            if reason:
                rejected.append(_rejected(batch, seen, reason))
            else:
                good.append(seen)
        return good, rejected, checked.settings

    def _changes(
        self, batch: ReadBatch, rejected: list[RejectedEvent]
    ) -> tuple[list[Read], list[RejectedEvent], None]:
        allowed, good = self._writes.settings.allowed_ids, []
        for one in batch.read:
            if problem := _problem(one.operation, allowed):
                rejected.append(_rejected(batch, one, problem))
            else:
                good.append(one)
        return good, rejected, None

    async def _submitted(
        self, operations: Sequence[Operation], settings: EngineSettings | None
    ) -> PendingWrite:
        """Queue a batch; wait while too many writes are under way."""
        self._writes.check_health()
        encoded = await self._appender.encode(operations)
        while True:
            try:
                return self._appender.submit(operations, encoded, settings)
            except Overloaded:
                await self._appender.some_left()


def _problem(operation: Event | Change, allowed: Collection[str]) -> str:
    if reason := placeholder(_item_id(operation), allowed):
        return f"item_id: {reason}; the setting allowed_ids accepts it"
    if isinstance(operation, ItemWrite):
        for field, problem in item_problems(operation.item, allowed, operation.fields):
            return f"{field}: {problem}"
    return ""


def _item_id(operation: Event | Change) -> str:
    if isinstance(operation, ItemWrite):
        return operation.item.item_id
    return operation.item_id if isinstance(operation, ItemDelete) else ""


def _unread(batch: ReadBatch, refused: Refused) -> RejectedEvent:
    return RejectedEvent(Event(refused.place, "", ""), _at(batch, refused.place, refused.reason))


def _rejected(batch: ReadBatch, read: Read, reason: str) -> RejectedEvent:
    operation, text = read.operation, _at(batch, read.place, reason)
    if isinstance(operation, Event):
        return RejectedEvent(operation, text, read.token)
    named = Event(read.place, "", "", items=(EventItem(_item_id(operation)),))
    return RejectedEvent(named, text)


def _at(batch: ReadBatch, place: str, reason: str) -> str:
    """Say where it was read; `place` begins with the names of source and partition."""
    position = place.removeprefix(f"{batch.advance.source}:{batch.advance.partition}:")
    advance = batch.advance
    return f"{reason} (source {advance.source}, partition {advance.partition}, {position})"
