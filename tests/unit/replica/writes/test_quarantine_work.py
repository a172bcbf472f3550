"""What a replay of the quarantine does while somebody is erased, and when it is cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from headwater_server.engine.messages.entries import QuarantineChange, UserErase
from headwater_server.engine.messages.events import Event, EventItem, Outcome, Status
from headwater_server.errors import DeadlineExceeded, StoreUnavailable
from headwater_server.replica.answers import WriteAnswer
from headwater_server.replica.ports.quarantine import Quarantined
from headwater_server.replica.writes.erasing import Erasing
from headwater_server.replica.writes.quarantine_work import GROUPS_AT_ONCE, QuarantineWork

MANY = 2 * GROUPS_AT_ONCE + 8


class InMemory:
    """A quarantine in a dict; each call takes a turn of the loop, as a store's does."""

    def __init__(self, count: int) -> None:
        self.kept = {f"{n}-0": kept(n) for n in range(1, count + 1)}

    async def find(self, kept_ids: Sequence[str]) -> list[Quarantined]:
        found = [self.kept[one] for one in kept_ids if one in self.kept]
        await asyncio.sleep(0)
        return found

    async def drop(self, events: Sequence[Quarantined]) -> None:
        await asyncio.sleep(0)
        for one in events:
            self.kept.pop(one.kept_id, None)

    async def forget(self, user_id: str, visitor_ids: Sequence[str]) -> int:
        theirs = [one for one in self.kept.values() if one.is_of(user_id, visitor_ids)]
        await self.drop(theirs)
        return len(theirs)


class Log:
    """Writes in order; ``broken`` raises where it likes."""

    def __init__(self, broken: Callable[[Any], None] = lambda _: None) -> None:
        self.entries: list[Any] = []
        self._broken = broken

    def check_health(self) -> None:
        """It is always well."""

    async def feedback(self, events: Sequence[Any], left_s: Any, caller: Any) -> WriteAnswer:
        await asyncio.sleep(0.002)
        self._broken([event.visitor_id for event, _ in events])
        self.entries += [event.visitor_id for event, _ in events]
        return WriteAnswer([Outcome(Status.CREATED)] * len(events), "1-0")

    async def write(self, operations: Sequence[Any], left_s: Any) -> WriteAnswer:
        await asyncio.sleep(0.001)
        self._broken(operations)
        self.entries += operations
        return WriteAnswer([Outcome(Status.CREATED)] * len(operations), "2-0")


def kept(n: int) -> Quarantined:
    items = (EventItem("i"),)
    event = Event(f"e{n}", "click", f"v{n}", items=items, source=f"s{n:03}")
    return Quarantined(f"{n}-0", f"e{n}", f"v{n}", "", "why", event)


def parts(quarantine: Any, log: Any) -> tuple[QuarantineWork, Erasing]:
    nothing: Any = None
    erasing = Erasing(nothing, nothing, nothing, log, quarantine)
    return QuarantineWork(log, quarantine, erasing, who="server"), erasing


def state(entries: Sequence[Any]) -> set[str]:
    """Return the visitors who are known at the end of a log."""
    known: set[str] = set()
    for one in entries:
        if isinstance(one, UserErase):
            known -= set(one.visitor_ids)
        elif isinstance(one, str):
            known.add(one)
    return known


@pytest.mark.parametrize("entries", [0, 1, 2, 9, GROUPS_AT_ONCE, GROUPS_AT_ONCE + 2, MANY - 2])
async def test_who_is_erased_meanwhile_is_not_learned_again(entries: int) -> None:
    """At any moment: while the events wait, are read, are written, or the erasure is under way."""
    quarantine, log = InMemory(MANY), Log()
    work, erasing = parts(quarantine, log)
    replay = asyncio.create_task(work.replay(list(quarantine.kept), "anna", None))
    while len(log.entries) < entries:
        await asyncio.sleep(0)
    gone = ("v1", f"v{GROUPS_AT_ONCE + 1}", f"v{MANY}")
    await asyncio.gather(*(erasing.erase("", visitor, None, "eve") for visitor in gone))
    await replay
    assert state(log.entries) == {f"v{n}" for n in range(1, MANY + 1)} - set(gone)
    assert not quarantine.kept


async def test_an_event_that_is_erased_while_it_waits_is_not_there() -> None:
    quarantine = InMemory(MANY)
    work, erasing = parts(quarantine, log := Log())
    ids = list(quarantine.kept)
    replay = asyncio.create_task(work.replay(ids, "anna", None))
    while not any(isinstance(one, str) for one in log.entries):
        await asyncio.sleep(0)
    await erasing.erase("", f"v{MANY}", None)
    last = (await replay).results[-1]
    assert (last.kept_id, last.outcome) == (ids[-1], None)


def changes(log: Log) -> list[tuple[str, str, int, int]]:
    found = [one for one in log.entries if isinstance(one, QuarantineChange)]
    return [(one.who, one.action, one.events, one.learned) for one in found]


async def test_the_log_says_who_replays_before_anything_is_learned() -> None:
    def broken(written: Any) -> None:
        if any(isinstance(one, QuarantineChange) and one.action == "replay" for one in written):
            raise DeadlineExceeded("late")

    quarantine, log = InMemory(1), Log(broken)
    work, _ = parts(quarantine, log)
    with pytest.raises(DeadlineExceeded):
        await work.replay(["1-0"], "anna", 5.0)
    assert changes(log) == [("anna", "replay begins", 1, 0)]
    assert isinstance(log.entries[0], QuarantineChange)
    assert quarantine.kept  # it may be repeated


async def test_nothing_is_learned_where_the_log_takes_no_beginning() -> None:
    def broken(written: Any) -> None:
        if any(isinstance(one, QuarantineChange) for one in written):
            raise StoreUnavailable("away")

    work, _ = parts(InMemory(3), log := Log(broken))
    with pytest.raises(StoreUnavailable):
        await work.replay(["1-0", "2-0"], "anna", 5.0)
    assert log.entries == []


async def test_one_source_that_fails_hides_nothing_of_the_others() -> None:
    def broken(written: Any) -> None:
        if "v2" in written:
            raise StoreUnavailable("away")

    quarantine, log = InMemory(MANY), Log(broken)
    work, _ = parts(quarantine, log)
    with pytest.raises(StoreUnavailable):
        await work.replay(list(quarantine.kept), "anna", 5.0)
    assert changes(log)[-1] == ("anna", "replay", MANY, MANY - 1)
    assert list(quarantine.kept) == ["2-0"]
    learned = len(log.entries)
    await asyncio.sleep(0.05)
    assert len(log.entries) == learned  # nothing goes on unseen
