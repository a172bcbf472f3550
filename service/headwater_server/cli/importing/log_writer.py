"""Write a history directly to the log of a store, with the times of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from headwater_server.cli.importing.known_ids import KnownIds
from headwater_server.cli.importing.patience import Patient
from headwater_server.engine.messages.entries import Entry, Operation, SettingsChange
from headwater_server.engine.messages.events import Event
from headwater_server.evaluation.shop_history import ShopHistory
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START, Position

LIVE = (
    "the catalogue has learned live events, so the events of a file would be learned as of now, "
    "not with their times; nothing was written. Import them into an empty catalogue (--catalogue "
    "NAME, or another --data-dir), or accept it with --as-of-now"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What is already in the log: operations of imports, and whether there are live events."""

    known: KnownIds
    events: int
    live: bool
    head: Position

    @property
    def is_empty(self) -> bool:
        """Whether the log has no entry."""
        return self.head == START

    def holds(self, operation: Operation) -> bool:
        """Return whether an operation of the history is on the log."""
        return _key(operation) in self.known

    def holds_all(self, history: ShopHistory) -> bool:
        """Return whether all events of the history are on the log."""
        return all(self.holds(event) for event in history.events.events())


@dataclass(frozen=True, slots=True)
class Written:
    """How many events were written, and how many were there before."""

    events: int
    existed: int


async def look(log: Log, on_events: Callable[[int], None]) -> Found:
    """Read the whole log, so that an interrupted import continues exactly where it ended."""
    known, events, live, head = KnownIds(), 0, False, await log.head()
    try:
        async for logged in Patient(log).iterate(START):
            entry = logged.entry  # decoded at each access
            for operation in entry.operations:
                known.add(_key(operation))
                if isinstance(operation, Event):
                    events += 1
                    live = live or not entry.imported
            on_events(events)
    except LogBroken:
        live = True  # the start is trimmed; event IDs still prevent learning twice
    return Found(known, events, live, head)


async def write(
    log: Log,
    history: ShopHistory,
    batch_size: int,
    on_rows: Callable[[int], None],
    *,
    found: Found,
) -> Written:
    """Append what is missing; call ``on_rows`` with the rows so far.

    A catalogue that has learned nothing live, empty or not, gets the times of the file. Any other
    one keeps its clock and learns the events as of now. Items and accounts without events are
    written also if they were once before: since then they may have had other values.
    """
    patient = Patient(log, found.head)
    for entry in history.preface(batch_size):
        await _append(patient, entry, found, again=not len(history.events))
    events = existed = 0
    for entry in history.batches(batch_size):
        left = await _append(patient, entry, found)
        events += left
        existed += len(entry.operations) - left
        on_rows(events + existed)
    return Written(events, existed)


async def _append(patient: Patient, entry: Entry, found: Found, *, again: bool = False) -> int:
    """Append what of an entry is not on the log; return how much that is."""
    operations = tuple(one for one in entry.operations if not _is_there(one, found, again=again))
    if operations:
        await patient.append(replace(entry, operations=operations, imported=not found.live))
    return len(operations)


def _is_there(operation: Operation, found: Found, *, again: bool) -> bool:
    if isinstance(operation, SettingsChange):
        return not found.is_empty or found.holds(operation)
    return found.holds(operation) and not again


def _key(operation: Operation) -> str:
    """Return what an operation has in common with its repeat; for an event its id."""
    return operation.event_id if isinstance(operation, Event) else repr(operation)
