from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.engine.messages.events import Event
from headwater_server.replica.health import Health
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.tail.acknowledgements import Acknowledgements
from headwater_server.replica.tail.slice_budget import SliceBudget
from headwater_server.replica.tail.tail import Tail
from tests.integration.counting_engine import CountingEngine


@dataclass
class ListedEntry:
    position: Position
    operations: tuple[Operation, ...]

    @property
    def size(self) -> int:
        return len(self.operations)

    def part(self, start: int, stop: int) -> Entry:
        return Entry(0, self.operations[start:stop])


@dataclass
class ListedLog:
    entries: list[ListedEntry] = field(default_factory=list)

    def add(self, *numbers: int) -> None:
        n = len(self.entries) + 1
        events = tuple(Event(f"e{number}", "click", "v") for number in numbers)
        self.entries.append(ListedEntry(Position(f"{n}-0", n), events))

    async def read(self, after: Position, count: int, block_ms: int) -> list[ListedEntry]:
        await asyncio.sleep(0)
        return self.entries[after.sequence : after.sequence + count]

    async def head(self) -> Position:
        return self.entries[-1].position if self.entries else START


class Clock:
    """Each look at it takes 100 us."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1e-4
        return self.now


def make_tail(log: ListedLog, **options: Any) -> tuple[Tail, CountingEngine]:
    engine = CountingEngine()
    tail = Tail(
        log,  # type: ignore[arg-type]
        engine,
        START,
        acknowledgements=Acknowledgements(),
        health=Health(),
        budget=SliceBudget(0.00025, 4, Clock()),
        **options,
    )
    return tail, engine


async def test_others_get_their_turn_in_the_middle_of_a_large_entry() -> None:
    log = ListedLog()
    log.add(*range(1_000))
    tail, engine = make_tail(log)
    running = asyncio.create_task(tail.run())
    seen = set()
    while tail.position == START:
        await asyncio.sleep(0)
        seen.add(len(engine.order))
    assert len(seen) > 10
    assert len(engine.order) == 1_000
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_needs_a_state_at_an_offset_can_have_the_entry_finished() -> None:
    log = ListedLog()
    log.add(*range(1_000))
    log.add(5_000)
    tail, engine = make_tail(log)
    running = asyncio.create_task(tail.run())
    while not engine.order:
        await asyncio.sleep(0)
    assert len(engine.order) < 1_000
    tail.finish_entry()
    assert (len(engine.order), tail.position.offset) == (1_000, "1-0")
    tail.finish_entry()
    await tail.waiters.wait_for("2-0")
    assert len(engine.order) == 1_001
    assert len(set(engine.order)) == 1_001
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_entry_without_operations_is_passed() -> None:
    log = ListedLog()
    log.add()
    log.add(1)
    tail, engine = make_tail(log)
    running = asyncio.create_task(tail.run())
    await tail.waiters.wait_for("2-0")
    assert engine.order == ["e1"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_a_slice_holds_more_of_what_is_cheap() -> None:
    ticks = iter([n * 1e-4 for n in range(100)])
    budget = SliceBudget(0.001, 16, lambda: next(ticks))
    budget.start()
    first = budget.allowance()
    for _ in range(20):
        budget.spent(100)  # a microsecond each
    budget.start()
    assert budget.allowance() > 10 * first


def test_others_get_several_turns_for_a_second_after_a_question() -> None:
    clock = Clock()
    budget = SliceBudget(0.00025, 16, clock)
    budget.start()
    assert budget.turns(reads=0) == 1
    assert budget.turns(reads=1) == 16
    clock.now += 0.5
    budget.start()
    assert budget.turns(reads=1) == 16
    clock.now += 0.6
    budget.start()
    assert budget.turns(reads=1) == 1
