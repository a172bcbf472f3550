from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from headwater_server.engine.messages.entries import Entry, ItemDelete, Operation
from headwater_server.engine.messages.events import Event, EventItem, Outcome
from headwater_server.errors import StoreUnavailable
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

    @property
    def has_only_events(self) -> bool:
        return self.size > 0 and all(isinstance(one, Event) for one in self.operations)

    def part(self, start: int, stop: int) -> Entry:
        return Entry(0, self.operations[start:stop])


@dataclass
class ListedLog:
    entries: list[ListedEntry] = field(default_factory=list)

    def add(self, *numbers: int, items: int = 0) -> None:
        n = len(self.entries) + 1
        named = tuple(EventItem(f"i{number}") for number in range(items))
        events = tuple(Event(f"e{number}", "click", "v", items=named) for number in numbers)
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
    engine, clock = CountingEngine(), Clock()
    tail = Tail(
        log,  # type: ignore[arg-type]
        engine,
        START,
        acknowledgements=Acknowledgements(),
        health=Health(),
        budget=SliceBudget(0.00025, 4, clock, lambda: clock.now),
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


async def test_others_get_their_turn_between_the_items_of_one_event() -> None:
    log = ListedLog()
    log.add(1, items=1_000)
    tail, engine = make_tail(log)
    running = asyncio.create_task(tail.run())
    seen = set()
    while tail.position == START:
        await asyncio.sleep(0)
        seen.add((len(engine.interactions), tail.position.offset))
    half = {items for items, offset in seen if offset == START.offset}
    assert len(half) > 30, "an answer between two items names the last whole entry"
    assert len(engine.interactions) == 1_000
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_place_is_that_of_the_state_at_every_turn_of_others() -> None:
    """Operations of two steps each: no turn comes between them, whatever ends the slice."""
    log = ListedLog()
    log.add(*range(500), items=1)
    log.add(5_000)
    tail, engine = make_tail(log)
    assert tail.place == (0, 0, 0)
    running, seen = asyncio.create_task(tail.run()), set()
    while tail.position.sequence < 2:
        await asyncio.sleep(0)
        assert tail.place is not None
        sequence, operations, _ = tail.place
        assert len(engine.order) == 500 * min(sequence, 1) + max(0, sequence - 1) + operations
        assert len(engine.seen) == len(engine.order), "none is half learned"
        seen.add(tail.place)
    assert len(seen) > 30
    assert tail.place == (2, 0, 0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_within_a_large_event_there_is_no_place() -> None:
    log = ListedLog()
    log.add(1, 2, items=1_000)
    tail, engine = make_tail(log)
    running, seen = asyncio.create_task(tail.run()), set()
    while tail.position == START:
        await asyncio.sleep(0)
        assert (tail.place is None) == (engine.interactions.get("i999", 0) < len(engine.order))
        seen.add(tail.place)
    assert None in seen
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_needs_a_state_at_an_offset_waits_for_the_end_of_an_entry() -> None:
    log = ListedLog()
    log.add(*range(1_000))
    log.add(5_000)
    tail, engine = make_tail(log)
    running = asyncio.create_task(tail.run())
    while not engine.order:
        await asyncio.sleep(0)
    turns, seen = asyncio.create_task(_turns()), len(engine.order)
    assert seen < 1_000
    async with tail.paused():
        assert (len(engine.order), tail.position.offset) == (1_000, "1-0")
        await asyncio.sleep(0)
        assert len(engine.order) == 1_000, "nothing is learned meanwhile"
    turns.cancel()
    assert TURNS[0] > 10, "other tasks ran while the rest was applied"
    await tail.waiters.wait_for("2-0")
    assert len(engine.order) == len(set(engine.order)) == 1_001
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


TURNS = [0]


async def _turns() -> None:
    while True:
        TURNS[0] += 1
        await asyncio.sleep(0)


async def test_after_a_failed_step_there_is_no_state_at_an_offset() -> None:
    log = ListedLog()
    log.add(1)
    log.entries.append(ListedEntry(Position("2-0", 2), (Event("p", "poison", "v"),)))
    tail, _ = make_tail(log)
    with pytest.raises(ArithmeticError):
        await tail.run()
    with pytest.raises(StoreUnavailable):
        async with tail.paused():
            pass
    assert tail.position.offset == "1-0"
    assert tail.place is None


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


def test_slices_are_short_for_a_second_after_a_question_and_longer_otherwise() -> None:
    clock = Clock()
    budget = SliceBudget(0.00025, 16, clock)

    def lasts(seconds: float) -> bool:
        budget.start()
        clock.now += seconds
        return not budget.used_up()

    assert lasts(0.0015), "nobody has asked yet"
    assert not lasts(0.003)
    budget.turns(reads=1)
    assert lasts(0.0001)
    assert not lasts(0.0003)
    clock.now += 1.0
    assert lasts(0.0015)


def test_time_that_other_processes_took_does_not_interrupt_an_operation() -> None:
    clock, used_s = Clock(), [0.0]
    budget = SliceBudget(0.00025, 16, clock, lambda: used_s[0])
    budget.start()
    clock.now += 0.5
    assert budget.used_up()
    assert not budget.overdrawn
    used_s[0] = 0.003
    assert budget.overdrawn


async def test_small_entries_are_applied_together_and_each_has_its_own_outcomes() -> None:
    log, applied = ListedLog(), []
    log.add(1, 2)
    log.add(3)
    log.entries.append(ListedEntry(Position("3-0", 3), (ItemDelete("tent"),)))
    log.add(4, 5, 6)
    log.add(7)
    log.add(*range(8, 200))
    tail, engine = make_tail(log, on_applied=lambda entry: applied.append(entry.position.offset))
    together, applying = [], engine.applying

    def noting(
        entry: Entry, pauses: Callable[[], bool] = bool, following: Iterable[Entry] = ()
    ) -> Iterator[Sequence[Outcome] | None]:
        entries = [entry, *following]
        together.append([len(one.operations) for one in entries])
        return applying(entry, pauses, entries[1:])

    engine.applying = noting  # type: ignore[method-assign]  # it listens
    running = asyncio.create_task(tail.run())
    await tail.waiters.wait_for("6-0")
    assert together == [[2, 1], [1], [3, 1], [100], [92]]
    assert applied == [f"{n}-0" for n in range(1, 7)]
    assert engine.order == [f"e{n}" for n in range(1, 200)]
    assert tail.recent.missing_after(Position("4-0", 4)).event_ids[:2] == ("e7", "e8")
    assert tail.recent.missing_after(Position("3-0", 3)).event_ids[:4] == ("e4", "e5", "e6", "e7")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_pause_among_entries_that_are_applied_together_ends_at_one_of_them() -> None:
    log = ListedLog()
    for n in range(90):
        log.add(n)
    tail, engine = make_tail(log)
    running = asyncio.create_task(tail.run())
    while not engine.order:
        await asyncio.sleep(0)
    assert len(engine.order) < 90
    async with tail.paused():
        assert len(engine.order) == tail.position.sequence
        assert tail.place == (tail.position.sequence, 0, 0)
    await tail.waiters.wait_for("90-0")
    assert engine.order == [f"e{n}" for n in range(90)]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
