"""One suite for every store: what the log promises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.replica.faults import LogBroken, LogMovedOn, UnreadableEntry
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START, Position, offset_key, time_ms_of
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.codecs.entry_codec import with_time
from headwater_server.storage.storage import Storage
from tests.integration.counting_engine import CountingEngine
from tests.integration.replicas import clicks, folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S, eventually

PATIENCE_MS = 60_000


def event(number: int) -> Event:
    return Event(f"e{number}", "click", f"v{number}")


async def append(log: Log, *numbers: int) -> Position:
    return await log.append([log.encode([event(number)]) for number in numbers])


async def test_entries_come_back_in_order_and_chained(storage: Storage) -> None:
    log = storage.log
    assert await log.head() == START
    first, second = await append(log, 1, 2), await append(log, 3)
    assert (first.sequence, second.sequence) == (1, 2)
    assert offset_key(second.offset) > offset_key(first.offset)
    read = await log.read(START, 10, 0)
    assert [entry.position for entry in read] == [first, second]
    assert read[0].entry.operations == (event(1), event(2))
    assert read[0].entry.time_ms == time_ms_of(first.offset)
    assert read[0].part(1, 2).operations == (event(2),)
    assert first.directly_follows(START)
    assert second.directly_follows(first)
    assert await log.head() == second
    assert await log.length() == 2
    assert [entry.position for entry in await log.read(first, 10, 0)] == [second]


async def test_an_entry_has_the_time_of_the_store_and_an_own_one_beats_it(
    storage: Storage,
) -> None:
    log, own_ms = storage.log, 1_600_000_000_000
    position = await append(log, 1)
    assert time_ms_of(position.offset) > 1_700_000_000_000
    await log.append([with_time(log.encode([event(2)]), own_ms)])
    read = await log.read(position, 1, 0)
    assert read[0].entry.time_ms == own_ms


async def test_reading_waits_for_the_next_entry(storage: Storage) -> None:
    log = storage.log
    assert await log.read(START, 10, 20) == []
    reading = asyncio.create_task(log.read(START, 10, 1_000))
    position = await append(log, 1)
    await eventually(reading.done)
    found = await reading or await log.read(START, 10, 1_000)
    assert [entry.position for entry in found] == [position]


async def test_iteration_ends_with_the_offset_asked_for(storage: Storage) -> None:
    positions = [await append(storage.log, number) for number in range(205)]
    read = [entry.position async for entry in storage.log.iterate(START, positions[150].offset)]
    assert read == positions[:151]
    read = [entry.position async for entry in storage.log.iterate(positions[199])]
    assert read == positions[200:]
    assert [entry.position for entry in await storage.log.read(positions[199], 2, 0)] == (
        positions[200:202]
    )
    assert [entry.position for entry in await storage.log.read(positions[201], 9, 0)] == (
        positions[202:]
    )


async def test_an_append_after_a_place_that_is_not_the_head_changes_nothing(
    storage: Storage,
) -> None:
    """On Kafka it may leave an entry, which nobody applies: its number shows that it came late."""
    log = storage.log
    first = await log.append([log.encode([event(1)])], after=START)
    with pytest.raises(LogMovedOn):
        await log.append([log.encode([event(2)])], after=START)
    third = await log.append([log.encode([event(3)])], after=await log.head())
    said = [op async for entry in log.iterate(START) for op in entry.entry.operations]
    assert said == [event(1), event(3)]
    assert first.sequence == 1
    assert await log.head() == third


async def test_concurrent_appends_form_one_chain(storage: Storage) -> None:
    positions = await asyncio.gather(*(append(storage.log, n) for n in range(50)))
    read = await storage.log.read(START, 100, 0)
    assert {p.sequence for p in positions} == set(range(1, 51))
    assert [entry.position.sequence for entry in read] == list(range(1, 51))


async def test_an_entry_of_another_build_stops_the_reader_there(storage: Storage) -> None:
    first = await append(storage.log, 1)
    second = await storage.log.append([b"\x08\x63"])  # version 99
    assert [e.position for e in await storage.log.read(START, 10, 0)] == [first]
    with pytest.raises(UnreadableEntry, match=f"entry {second.offset}.*version 99"):
        await storage.log.read(first, 10, 0)


async def test_an_entry_of_another_log_is_not_on_this_one(storage: Storage) -> None:
    positions = [await append(storage.log, n) for n in range(3)]
    time_ms = time_ms_of(positions[1].offset) + 1_000
    text = positions[1].offset.replace(str(time_ms_of(positions[1].offset)), str(time_ms))
    other = Position(text, 2)
    with pytest.raises(LogBroken, match="expected entry 2"):
        await storage.log.verify(other)
    await storage.log.verify(positions[1])
    assert await storage.log.newest_of([positions[0], other]) == positions[0]
    longer = replace(positions[2], sequence=9, offset=positions[2].offset.replace("3@", "9@"))
    with pytest.raises(LogBroken):
        await storage.log.verify(longer)


async def test_trimming_archives_first_and_both_are_read_as_one_log(storage: Storage) -> None:
    positions = [await append(storage.log, n) for n in range(300)]
    whole, _ = await fold(storage.log, CountingEngine)
    await storage.log.trim(positions[249])
    assert 50 < await storage.log.length() < 300
    assert storage.archive is not None
    assert storage.archive.span() == (1, 250)
    assert [e.position async for e in storage.log.iterate(START)] == positions
    assert [e.position async for e in storage.log.iterate(positions[41])] == positions[42:]
    again, position = await fold(storage.log, CountingEngine)
    assert (again.digest(), position) == (whole.digest(), positions[-1])
    await storage.log.verify(positions[3])
    assert (await append(storage.log, 300)).sequence == 301
    await storage.log.trim(positions[259])
    assert storage.archive.span() == (1, 260)


async def test_a_replica_starts_again_with_what_it_learned(
    opened_again: Callable[[], AbstractAsyncContextManager[Storage]],
) -> None:
    """One digest: of two replicas, of one from a snapshot, and of the log folded again."""
    async with opened_again() as storage:
        async with running_replica(storage) as one, running_replica(storage) as two:
            for first in (1, 21, 41):
                answers = await asyncio.gather(
                    one.feedback(clicks(*range(first, first + 20)), PATIENCE_S),
                    two.feedback(clicks(*range(first + 10, first + 30)), PATIENCE_S),
                )
                assert [len(answer.outcomes) for answer in answers] == [20, 20]
            await eventually(lambda: one.engine.digest() == two.engine.digest())
            digest = one.engine.digest()
            assert one.engine.lookups.counts()["events_learned"] == 70
        assert await folded_digest(storage) == digest
        again, _ = await fold(storage.log, CountingEngine, snapshots=storage.snapshots)
        assert again.digest() == digest
        assert len(await storage.snapshots.published()) > 0
    async with opened_again() as storage, running_replica(storage) as back:
        assert back.engine.digest() == digest
        assert len(await storage.replicas.live(PATIENCE_MS)) == 1
