"""Reports events that were learned and that the store lost: on the log, in health, in figures."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, wait_fixed

from headwater_server.engine.messages.entries import AcknowledgedLost
from headwater_server.errors import Overloaded, StoreUnavailable
from headwater_server.replica.faults import LogMovedOn
from headwater_server.replica.health import Health
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import Position
from headwater_server.replica.tail.recent_entries import Missing
from headwater_server.replica.tail.tail import Tail

_log = structlog.get_logger(__name__)
PAUSE_S = 0.25
IDS_SHOWN = 20
IDS_PER_OPERATION = 1_000


class Losses:
    """Several replicas learn the same entries, and each finds the loss; one reports each id."""

    def __init__(self, log: Log, health: Health, who: str) -> None:
        """``who`` is this replica, as entries name it."""
        self._log = log
        self._health = health
        self._who = who
        self._offsets: set[str] = set()  # of the entries that report losses
        self._reported: set[str] = set()  # ids in them
        self._firsts: set[str] = set()  # offsets of the first entries that they miss
        self.is_live = False  # what was reported before this start is not counted again
        self.events = self.rewinds = 0

    def seen(self, position: Position, lost: AcknowledgedLost) -> None:
        """Take note of an entry that reports a loss, also when it is applied again."""
        self._reported.update(lost.event_ids)
        self._firsts.add(lost.first_offset)
        if position.offset in self._offsets:
            return
        self._offsets.add(position.offset)
        if self.is_live:
            self.events += len(lost.event_ids)
        self._health.lost(_text(lost, position))

    async def put(self, found: Sequence[Missing], tail: Tail) -> None:
        """Return when the log names all that is missing; it waits for the store."""
        self.rewinds += len(found)
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((StoreUnavailable, Overloaded, LogMovedOn)),
            wait=wait_fixed(PAUSE_S),
        )
        for missing in found:
            await retrying(self._put, missing, tail)

    async def _put(self, missing: Missing, tail: Tail) -> None:
        """Append directly after the state, so that it knows which ids are there, or reported."""
        operations = self._operations(missing, tail)
        if not operations:
            return
        await self._log.append([self._log.encode(operations)], after=tail.position)
        events = sum(len(one.event_ids) for one in operations)
        _log.error("learned events are lost; an entry of the log lists them", events_lost=events)

    def _operations(self, missing: Missing, tail: Tail) -> Sequence[AcknowledgedLost]:
        there = tail.recent.event_ids()  # since an entry before the loss
        gone = [one for one in missing.event_ids if one not in there and one not in self._reported]
        others = 0 if missing.first.offset in self._firsts else missing.others
        if not gone and not others:
            return []
        starts = range(0, max(1, len(gone)), IDS_PER_OPERATION)
        parts = [gone[n : n + IDS_PER_OPERATION] for n in starts]
        return [
            self._operation(missing, ids, others if n == 0 else 0) for n, ids in enumerate(parts)
        ]

    def _operation(self, missing: Missing, ids: Sequence[str], others: int) -> AcknowledgedLost:
        return AcknowledgedLost(
            missing.first.sequence,
            missing.last.sequence,
            missing.first.offset,
            missing.last.offset,
            tuple(ids),
            others,
            missing.is_partial,
            self._who,
        )


def _text(lost: AcknowledgedLost, position: Position) -> str:
    shown = ", ".join(lost.event_ids[:IDS_SHOWN])
    more = len(lost.event_ids) - IDS_SHOWN
    ids = f": {shown}{f' and {more} more' if more > 0 else ''}" if shown else ""
    return (
        f"a failover of the store lost {len(lost.event_ids)} learned events of the entries "
        f"{lost.first_sequence} to {lost.last_sequence}{ids}. Send them again; entry "
        f"{position.sequence} of the log and `headwater doctor` list them"
    )
