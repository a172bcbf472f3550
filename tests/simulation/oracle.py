"""What must hold at every step, compared with a fold of the log without faults."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from headwater_server.engine.messages.events import Event, Outcome
from headwater_server.replica.ports.position import START, Position, offset_key
from tests.integration.counting_engine import CountingEngine
from tests.simulation.sim_store import SimEntry


class Violated(AssertionError):
    """A promise was not kept."""


class Oracle:
    """Hears of every append, every read of a tail, every try and every acknowledgement."""

    def __init__(self) -> None:
        self._engine = CountingEngine()
        self._states = {START.offset: state_of(self._engine)}
        self._outcomes: dict[str, dict[str, list[Outcome]]] = {}  # by offset, by event
        self._copies: Counter[str] = Counter()
        self._tries: Counter[str] = Counter()
        self._lost_offsets: set[str] = set()
        self.acknowledged: dict[str, str] = {}  # at which offset; what a power cut took is left out
        self.in_bound = 0

    def tried(self, events: Sequence[Event]) -> None:
        self._tries.update(event.event_id for event in events)

    def appended(self, entry: SimEntry) -> None:
        """One try puts an event on the log once: who sends again is the caller."""
        self._fold(entry)
        for operation in entry.operations:
            if isinstance(operation, Event):
                self._copies[operation.event_id] += 1
                if self._copies[operation.event_id] > self._tries[operation.event_id]:
                    raise Violated(f"{operation.event_id} is on the log more often than sent")

    def _fold(self, entry: SimEntry) -> None:
        outcomes = self._engine.apply(entry.entry)
        offset = entry.position.offset
        self._states[offset] = state_of(self._engine)
        there = self._outcomes[offset] = defaultdict(list)
        for operation, outcome in zip(entry.operations, outcomes, strict=True):
            if isinstance(operation, Event):
                there[operation.event_id].append(outcome)

    def lost(self, entries: Sequence[SimEntry], kept: Sequence[SimEntry]) -> None:
        """Bind nobody to what a power cut took, as `everysec` allows; the rest stays promised."""
        self._lost_offsets |= {entry.position.offset for entry in entries}
        self._engine = CountingEngine()
        for entry in kept:
            self._fold(entry)
        before = len(self.acknowledged)
        self.acknowledged = {
            event_id: offset
            for event_id, offset in self.acknowledged.items()
            if event_id in self._engine.seen
        }
        self.in_bound += before - len(self.acknowledged)

    def reading(self, position: Position, engine: Any) -> None:
        """The state at an offset is the fold up to it, whatever this replica went through."""
        if state_of(engine) != self._states[position.offset]:
            raise Violated(f"the state at {position} is not that of the log")
        if len(engine.order) != len(engine.seen):
            raise Violated("an event was learned twice")

    def answered(
        self, events: Sequence[Event], outcomes: Sequence[Outcome], offset: str, engine: Any
    ) -> None:
        """Acknowledged is what is on the log, and learned by who says so."""
        for event, outcome in zip(events, outcomes, strict=True):
            there = self._outcomes.get(offset, {}).get(event.event_id, [])
            if outcome not in there:
                raise Violated(f"{event.event_id} at {offset}: {outcome}, on the log {there}")
            if event.event_id not in engine.seen:
                raise Violated(f"{event.event_id} was acknowledged before it was learned")
            if offset not in self._lost_offsets:
                self.acknowledged.setdefault(event.event_id, offset)
            else:  # the power was cut while the answer was on its way
                self.in_bound += 1

    def knows(self, asked: str, here: str, engine: Any) -> None:
        """A state asked for by ``min_offset`` holds all that was acknowledged up to it."""
        if {asked, here} & self._lost_offsets:
            return  # its entry was lost in a power cut, and it will notice
        if offset_key(here) < offset_key(asked):
            raise Violated(f"asked for {asked}, answered from {here}")
        for event_id in self._outcomes[asked]:
            if event_id not in engine.seen:
                raise Violated(f"{event_id} of {asked} is not known at {here}")

    def missing(self) -> list[str]:
        return [one for one in self.acknowledged if one not in self._engine.seen]

    def doubled(self) -> list[str]:
        return [one for one, times in Counter(self._engine.order).items() if times > 1]


def state_of(engine: CountingEngine) -> tuple[Any, ...]:
    """Return all that its digest is over; two of these are compared more quickly."""
    learned = (engine.interactions, engine.seen, engine.titles, engine.users)
    return (*(dict(one) for one in learned), tuple(engine.order), engine.settings)
