"""The entries that the state learned last: what is missing if the store loses some of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headwater_server.engine.messages.entries import (
    AcknowledgedLost,
    Build,
    Mark,
    Operation,
    SourceAdvance,
)
from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.replica.ports.position import Position

ENTRIES_MAX = 4_096
IDS_MAX = 50_000  # about 5 MB
ANCHOR_EVERY = 1_024  # of older entries the position of one in so many is kept, ...
ANCHORS_MAX = 256  # ... and of every second of them when there are more than so many
OnLost = Callable[[Position, AcknowledgedLost], None]
_LEAVE_NOTHING = (Mark, Build, AcknowledgedLost, SourceAdvance)


@dataclass(frozen=True, slots=True)
class Learned:
    """One entry: the events in it that were learned, and how many other writes."""

    position: Position
    event_ids: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Missing:
    """The entries after the last one that state and log share; ``is_partial``: not all are known.

    ``first`` and ``last`` are known entries.
    """

    common: Position
    first: Position
    last: Position
    event_ids: tuple[str, ...]
    others: int
    is_partial: bool

    @property
    def entries(self) -> int:
        """How many they are."""
        return self.last.sequence - self.common.sequence


class RecentEntries:
    """Bounded; further back only some positions are known.

    >>> recent = RecentEntries(Position("1-0", 1))
    >>> recent.learned(Position("2-0", 2), [Mark("m")], [Outcome(Status.CREATED)])
    >>> recent.missing_after(Position("1-0", 1)).entries, len(recent.positions())
    (1, 2)
    """

    def __init__(
        self,
        position: Position,
        on_lost: OnLost = lambda _, __: None,
        past: Sequence[Position] = (),
    ) -> None:
        """Begin with a state of this position; call ``on_lost`` for what entries say about losses.

        ``past`` are positions that the state has gone through before, in order.
        """
        before = [one for one in past if one.sequence < position.sequence]
        self._anchors = [*before, position]
        self._entries: deque[Learned] = deque()
        self._ids = 0
        self._on_lost = on_lost

    def learned(
        self, position: Position, operations: Sequence[Operation], outcomes: Sequence[Outcome]
    ) -> None:
        """Add an entry that is applied whole."""
        ids, others = [], 0
        for operation, outcome in zip(operations, outcomes, strict=False):
            if outcome.status is not Status.CREATED:
                continue
            if type(operation) is Event:
                ids.append(operation.event_id)
            elif isinstance(operation, AcknowledgedLost):
                self._on_lost(position, operation)
            elif not isinstance(operation, _LEAVE_NOTHING):
                others += 1
        self._entries.append(Learned(position, tuple(ids), others))
        self._ids += len(ids)
        if len(self._entries) > ENTRIES_MAX or self._ids > IDS_MAX:
            self._forget()

    def _forget(self) -> None:
        while len(self._entries) > ENTRIES_MAX or (self._ids > IDS_MAX and len(self._entries) > 1):
            oldest = self._entries.popleft()
            self._ids -= len(oldest.event_ids)
            if oldest.position.sequence - self._anchors[-1].sequence >= ANCHOR_EVERY:
                self._anchors.append(oldest.position)
        if len(self._anchors) > ANCHORS_MAX:
            del self._anchors[1::2]

    def positions(self) -> list[Position]:
        """Return known positions of the state's past, in order; the last is the state's."""
        return [*self._anchors, *(one.position for one in self._entries)]

    def missing_after(self, common: Position) -> Missing:
        """Return what was learned after an entry of `positions`, which is not the last."""
        gone = [one for one in self._entries if one.position.sequence > common.sequence]
        last = self.positions()[-1]
        first = gone[0].position if gone else last
        return Missing(
            common,
            first,
            last,
            tuple(event_id for one in gone for event_id in one.event_ids),
            sum(one.others for one in gone),
            is_partial=not gone or first.sequence > common.sequence + 1,
        )

    def event_ids(self) -> set[str]:
        """Return the ids of known events."""
        return {event_id for one in self._entries for event_id in one.event_ids}
