from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.errors import Overloaded, StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.health import Health
from headwater_server.replica.ports.position import Position
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.tail.acknowledgements import Acknowledgements
from headwater_server.replica.writes.appender import Appender
from headwater_server.storage.codecs.entry_codec import decode_entry, encode_operations

EVENT = Event("e", "click", "v")


class GatedLog:
    """A log in memory, whose appends wait until they are let through, or fail."""

    def __init__(self) -> None:
        self.entries: list[int] = []
        self.gate = asyncio.Semaphore(0)
        self.fault: Exception | None = None
        self.before_answer: Callable[[str], None] = lambda _offset: None

    def encode(self, operations: Sequence[Operation], *, imported: bool = False) -> bytes:
        return b"." * len(operations)

    async def append(self, encoded: Sequence[bytes], *, after: Position | None = None) -> Position:
        await self.gate.acquire()
        if self.fault:
            raise self.fault
        self.entries.append(len(b"".join(encoded)))
        offset = f"{len(self.entries)}-0"
        self.before_answer(offset)
        return Position(offset, len(self.entries))


class Rig:
    def __init__(self, **settings: int) -> None:
        self.log = GatedLog()
        self.acknowledgements = Acknowledgements()
        self.health = Health()
        self.health.restored()
        self.appender = Appender(
            self.log,  # type: ignore[arg-type]
            self.acknowledgements,
            self.health,
            replace(ReplicaSettings(linger_ms=0), **settings),
        )

    def submit(self, operations: int = 1) -> asyncio.Future:
        return self.appender.submit([EVENT] * operations).future

    def applied(self, entry: int) -> None:
        outcomes = [Outcome(Status.CREATED, str(n)) for n in range(self.log.entries[entry - 1])]
        self.acknowledgements.applied(f"{entry}-0", outcomes)


@asynccontextmanager
async def rig(**settings: int) -> AsyncIterator[Rig]:
    made = Rig(**settings)
    task = asyncio.create_task(made.appender.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def turns(number: int = 10) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def details(call: Awaitable) -> list[str]:
    return [outcome.detail for outcome in (await call).outcomes]


async def test_what_comes_during_an_append_shares_the_next() -> None:
    async with rig() as made:
        first = made.submit()
        await turns()
        others = [made.submit(2), made.submit(3)]
        made.log.gate.release()
        made.log.gate.release()
        await turns()
        assert made.log.entries == [1, 5]
        made.applied(1)
        made.applied(2)
        assert await details(first) == ["0"]
        assert [await details(other) for other in others] == [["0", "1"], ["2", "3", "4"]]


async def test_outcomes_that_come_before_the_answer_of_the_append_are_not_lost() -> None:
    async with rig() as made:
        made.log.before_answer = lambda _offset: made.applied(1)
        call = made.submit()
        made.log.gate.release()
        assert await details(call) == ["0"]


async def test_nothing_is_acknowledged_before_it_is_applied() -> None:
    async with rig() as made:
        waiting = made.appender.submit([EVENT])
        made.log.gate.release()
        await turns()
        assert waiting.appended
        assert not waiting.future.done()
        made.applied(1)
        await waiting.future


async def test_a_group_has_a_bound_but_one_large_call_still_goes() -> None:
    async with rig(group_operations_max=5) as made:
        calls = [made.submit(n) for n in (3, 2, 1, 9, 1)]
        for _ in range(4):
            made.log.gate.release()
        await turns(40)
        assert made.log.entries == [5, 1, 9, 1]
        for entry in (1, 2, 3, 4):
            made.applied(entry)
        assert [len(await details(call)) for call in calls] == [3, 2, 1, 9, 1]


async def test_too_much_on_its_way_is_refused_until_some_of_it_arrived() -> None:
    async with rig(unacknowledged_operations_max=10) as made:
        calls = [made.submit(6), made.submit(4)]
        with pytest.raises(Overloaded):
            made.submit()
        made.log.gate.release()
        await turns()
        with pytest.raises(Overloaded):
            made.submit()
        made.applied(1)
        await asyncio.gather(*calls)
        assert not made.submit().done()


async def test_a_caller_who_left_is_not_appended() -> None:
    async with rig() as made:
        first = made.submit()
        await turns()
        gone, stays = made.submit(7), made.submit(2)
        gone.cancel()
        made.log.gate.release()
        made.log.gate.release()
        await turns()
        assert made.log.entries == [1, 2]
        made.applied(1)
        made.applied(2)
        assert len(await details(stays)) == 2
        await first
        await made.appender.drained()


async def test_when_the_store_is_away_all_that_wait_hear_it_at_once() -> None:
    async with rig() as made:
        first = made.submit()
        await turns()
        second = made.submit()
        made.log.fault = StoreUnavailable()
        made.log.gate.release()
        for call in (first, second):
            with pytest.raises(StoreUnavailable):
                await call
        assert not made.health.writes
        made.log.fault = None
        third = made.submit()
        made.log.gate.release()
        await turns()
        made.applied(1)
        await third


@pytest.mark.parametrize("fault", [LogBroken("this", "that"), KeyError("secret")])
async def test_an_unknown_fault_is_not_shown_to_callers(fault: Exception) -> None:
    async with rig() as made:
        made.log.fault = fault
        call = made.submit()
        made.log.gate.release()
        with pytest.raises(StoreUnavailable):
            await call
        assert made.health.writes == isinstance(fault, KeyError)


async def test_a_broken_state_acknowledges_nothing_more() -> None:
    async with rig() as made:
        first = made.submit()
        made.log.gate.release()
        await turns()
        made.acknowledgements.fail(StoreUnavailable("broken"))
        second = made.submit()
        made.log.gate.release()
        for call in (first, second):
            with pytest.raises(StoreUnavailable, match="broken"):
                await call


async def test_an_end_leaves_nobody_waiting() -> None:
    async with rig() as made:
        call = made.submit()
        await turns()
    with pytest.raises(StoreUnavailable):
        await call


async def test_a_call_encoded_in_parts_is_one_entry_with_all_of_it() -> None:
    events = [Event(f"e{n}", "click", "ann", context=(("a", 1.0),)) for n in range(35)]
    async with rig() as made:
        made.log.encode = encode_operations  # type: ignore[method-assign]
        encoded = await made.appender.encode(events)
    assert decode_entry(encoded, 0).operations == tuple(events)
