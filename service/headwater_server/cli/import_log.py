"""Write a history directly to the log of a store, with the times of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.events import Event
from headwater_server.evaluation.shop_history import ShopHistory
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START


@dataclass(frozen=True, slots=True)
class Found:
    """What is already in the log: lines of this file, and whether there is anything else."""

    lines: frozenset[int]
    others: bool


async def look(log: Log, history: ShopHistory) -> Found:
    """Read the whole log, so that an interrupted import continues exactly where it ended."""
    prefix = history.events.digest[:12] + ":"
    lines: set[int] = set()
    others = False
    try:
        async for logged in log.iterate(START):
            for operation in logged.entry.operations:
                if not isinstance(operation, Event):
                    continue
                if operation.event_id.startswith(prefix):
                    lines.add(int(operation.event_id.removeprefix(prefix)))
                else:
                    others = True
    except LogBroken:
        others = True  # the start is trimmed; event IDs still prevent learning twice
    return Found(frozenset(lines), others)


async def write(
    log: Log, history: ShopHistory, batch_size: int, on_rows: Callable[[int], None]
) -> Found:
    """Append what is missing; call ``on_rows`` with the rows so far. Returns what was there.

    An empty catalogue gets the settings, the items and the times of the file. Any other catalogue
    keeps its settings and its clock, and learns the events as of now.
    """
    found = await look(log, history)
    for entry in [] if found.lines else history.preface(batch_size):
        await _append(log, entry, found)
    done = len(found.lines)
    on_rows(done)
    for entry in history.batches(batch_size):
        left = tuple(e for e in entry.operations if not _is_on_log(e, found))
        if left:
            await _append(log, replace(entry, operations=left), found)
            done += len(left)
            on_rows(done)
    return found


def _is_on_log(operation: object, found: Found) -> bool:
    if not isinstance(operation, Event) or not found.lines:
        return False
    return int(operation.event_id.rpartition(":")[2]) in found.lines


async def _append(log: Log, entry: Entry, found: Found) -> None:
    operations = entry.operations
    if found.others:
        operations = tuple(o for o in operations if not isinstance(o, SettingsChange))
    if operations:
        await log.append([log.encode(operations, imported=not found.others)])
