from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from random import Random

import pytest

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, Outcome
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.health import Health
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.tail import own_entries
from headwater_server.replica.tail.acknowledgements import Acknowledgements
from headwater_server.replica.tail.own_entries import QUIET_S, OwnEntries, OwnEntry
from headwater_server.replica.tail.slice_budget import SliceBudget
from headwater_server.replica.tail.tail import Tail
from headwater_server.replica.writes.appender import Appender
from headwater_server.storage.codecs.entry_codec import decode_entry, encode_operations
from tests.integration.counting_engine import CountingEngine
from tests.integration.waiting import PATIENCE_S

SETTINGS = EngineSettings()


class SharedLog:
    """A log in memory that several append to; it counts the entries that are read."""

    def __init__(self) -> None:
        self.entries: list[OwnEntry] = []
        self.read_back: list[str] = []
        self.waits = 0
        self.came = asyncio.Event()

    def encode(self, operations: Sequence[Event], *, imported: bool = False) -> bytes:
        return encode_operations(operations)

    async def append(self, encoded: Sequence[bytes], *, after: Position | None = None) -> Position:
        await asyncio.sleep(0)
        position = self.put(b"".join(encoded))
        await asyncio.sleep(0)
        return position

    def put(self, payload: bytes) -> Position:
        """Append at once, as another replica does."""
        number = len(self.entries) + 1
        position = Position(f"{number}-0", number, f"{number - 1}-0")
        events = decode_entry(payload, 0).operations
        self.entries.append(OwnEntry(position, events, None))
        self.came.set()
        return position

    async def read(self, after: Position, count: int, block_ms: int) -> list[OwnEntry]:
        if len(self.entries) == after.sequence:
            self.waits += 1
            self.came.clear()
            await self.came.wait()
        page = self.entries[after.sequence : after.sequence + count]
        self.read_back += [entry.position.offset for entry in page]
        return page

    async def head(self) -> Position:
        return self.entries[-1].position if self.entries else START


class Rig:
    def __init__(self) -> None:
        self.log, self.engine = SharedLog(), CountingEngine()
        acknowledgements, health, own = Acknowledgements(), Health(), OwnEntries()
        health.restored()
        self.tail = Tail(
            self.log,  # type: ignore[arg-type]
            self.engine,
            START,
            acknowledgements=acknowledgements,
            health=health,
            budget=SliceBudget(0.00025, 4),
            own=own,
        )
        self.appender = Appender(
            self.log,  # type: ignore[arg-type]
            acknowledgements,
            health,
            ReplicaSettings(linger_ms=0),
            own,
        )

    async def send(self, name: str) -> str:
        """Return the offset of the acknowledged event."""
        return (await self.appender.submit([event(name)], checked=SETTINGS).future).offset


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    tasks = [asyncio.create_task(made.tail.run()), asyncio.create_task(made.appender.run())]
    yield made
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def event(name: str) -> Event:
    return Event(name, "click", "v")


async def test_what_directly_follows_is_not_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_entries, "QUIET_S", PATIENCE_S)  # however slow this machine is
    monkeypatch.setattr(own_entries, "SLOW_S", PATIENCE_S)
    async with rig() as made:
        for number in range(20):
            await made.send(f"e{number}")
        assert made.engine.order == [f"e{number}" for number in range(20)]
        assert made.log.read_back in ([], ["1-0"]), "the tail may wait at the store at first"


async def test_what_another_put_between_is_read_and_nothing_is_applied_twice() -> None:
    async with rig() as made:
        await made.send("first")
        sending = asyncio.create_task(made.send("third"))
        await asyncio.sleep(0)
        made.log.put(encode_operations([event("second")]))
        assert await sending == "3-0"
        assert made.engine.order == ["first", "second", "third"]
        assert "2-0" in made.log.read_back
        await made.send("fourth")
        assert made.engine.order[-1:] == ["fourth"]


async def test_the_content_of_our_own_entries_is_at_hand_also_where_they_are_read() -> None:
    async with rig() as made:
        applied: list[Event] = []
        applying = made.engine.applying

        def noting(
            entry: Entry, pauses: Callable[[], bool] = bool, following: Iterable[Entry] = ()
        ) -> Iterator[Sequence[Outcome] | None]:
            entries = [entry, *following]
            applied.extend(e for one in entries for e in one.operations if isinstance(e, Event))
            return applying(*entries[:1], pauses, entries[1:])

        made.engine.applying = noting  # type: ignore[method-assign]  # it listens
        first, third = event("first"), event("third")
        await made.appender.submit([first], checked=SETTINGS).future
        sending = made.appender.submit([third], checked=SETTINGS).future
        await asyncio.sleep(0)
        made.log.put(encode_operations([event("second")]))
        await sending
        assert "3-0" in made.log.read_back
        assert [one.event_id for one in applied] == ["first", "second", "third"]
        assert applied[2] is third, "it was decoded again"


def test_what_was_read_stays_unless_the_store_said_that_it_has_what_was_appended() -> None:
    own, read = OwnEntries(), [OwnEntry(Position("2-0", 2), [event("as stored")], None)]
    assert own.known(read) is read
    own.add(OwnEntry(Position("2-0", 2), [event("as appended")], SETTINGS))
    assert own.known(read) == read
    own.add(OwnEntry(Position("2-0", 3, "1-0"), [event("another")], SETTINGS))
    assert own.known(read) == read, "another number: the log was set back"


async def test_others_entries_come_although_this_process_appends_no_more() -> None:
    async with rig() as made:
        await made.send("own")
        made.log.put(encode_operations([event("another's")]))
        await made.tail.waiters.wait_for("2-0")
        assert made.engine.order == ["own", "another's"]


@pytest.mark.parametrize("seed", range(10))
async def test_any_two_writers_have_one_order(seed: int) -> None:
    random = Random(seed)
    async with rig() as made:
        calls = []
        for number in range(60):
            if random.random() < 0.5:
                calls.append(asyncio.create_task(made.send(f"own{number}")))
            else:
                made.log.put(encode_operations([event(f"other{number}")]))
            for _ in range(random.randrange(6)):
                await asyncio.sleep(0)
            if random.random() < 0.1:
                await asyncio.sleep(2 * QUIET_S)
        await asyncio.gather(*calls)
        await made.tail.waiters.wait_for(made.log.entries[-1].position.offset)
        whole = [one.event_id for entry in made.log.entries for one in entry.entry.operations]
        assert made.engine.order == whole
        assert len(set(whole)) == 60


async def test_another_entry_under_the_same_number_does_not_follow() -> None:
    own = OwnEntries()
    own.add(OwnEntry(Position("9-0", 2, "7-0"), [event("e")], SETTINGS))
    assert own.following(Position("8-0", 1)) == []
    assert not await own.comes_soon(), "the log says what is wrong when it is read"
    assert own.following(Position("9-0", 2)) == [], "it was read meanwhile"
    own.clear()
    own.add(OwnEntry(Position("9-0", 2), [event("e")], SETTINGS))
    assert own.following(Position("8-0", 1)) == [], "the store did not say what is before it"


async def test_entries_of_others_do_not_wait_where_two_append() -> None:
    own = OwnEntries()
    own.add(OwnEntry(Position("1-0", 1, "0-0"), [event("a")], SETTINGS))
    own.read_back(Position("2-0", 2, "1-0"))
    own.add(OwnEntry(Position("3-0", 3, "2-0"), [event("b")], SETTINGS))
    assert [one.position.offset for one in own.following(START)] == ["1-0"]
    assert [one.position.offset for one in own.following(Position("2-0", 2))] == ["3-0"]
    waiting = asyncio.create_task(own.comes_soon())
    await asyncio.sleep(0)
    assert not waiting.done(), "all entries so far are of this process"
    own.add(OwnEntry(Position("5-0", 5, "4-0"), [event("c")], SETTINGS))
    assert await waiting
    assert own.following(Position("4-0", 4))
    assert not await own.comes_soon(), "the fourth is another's"


async def test_who_only_reads_does_not_wait_for_own_entries() -> None:
    own = OwnEntries()
    assert not await own.comes_soon()
    own.expect()
    waiting = asyncio.create_task(own.comes_soon())
    await asyncio.sleep(0)
    own.read_back()
    assert not await waiting
