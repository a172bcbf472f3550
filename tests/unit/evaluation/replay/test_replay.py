"""A fold stops at each place, and goes on as if it had not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.evaluation.replay.replay import Replay, asked_again
from headwater_server.evaluation.replay.shown import Shown, request_of, shown_in
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.codecs.entry_codec import encode_operations, parse_entry
from headwater_server.storage.codecs.stored_entry import StoredEntry

ITEMS = [f"i{n}" for n in range(12)]
NOW_MS = 10**9


def log_entries() -> list[StoredEntry]:
    """Item writes, seen slates, acts, then acts of which the first closes the slates' windows."""
    slate = Slate("r", "p", "home", tuple(ITEMS[:4]), (1.0,) * 4)
    batches = [
        (1_000, [ItemWrite(Item(item, f"title {item}")) for item in ITEMS]),
        (2_000, [Event(f"s{n}", "impression", f"v{n}", slate=slate) for n in range(6)]),
        (3_000, [view(n) for n in range(4)]),
        (NOW_MS, [view(0), *(view(n) for n in range(4, 40))]),
    ]
    return [
        StoredEntry(Position(f"{time_ms}-0", number), parse_entry(encode_operations(batch)))
        for number, (time_ms, batch) in enumerate(batches, 1)
    ]


def view(n: int) -> Event:
    return Event(f"e{n}", "view", f"v{n % 5}", items=(EventItem(ITEMS[n * 5 % 12]),))


@dataclass
class ListedLog:
    entries: list[StoredEntry]

    async def iterate(
        self, after: Position, until: str | None = None
    ) -> AsyncIterator[LoggedEntry]:
        for entry in self.entries[after.sequence :]:
            yield entry
            if entry.position.offset == until:
                return


def answered(engine: Engine, sequence: int, operations: int, windows: int) -> Shown:
    """What the engine answers now, as an impression reports it."""
    name = f"{sequence} {operations} {windows}"
    request = RecommendRequest("v1", name, placement="home", page_size=5)
    answer = engine.recommend(request, NOW_MS)
    slate = Slate(
        name, answer.policy, "home", tuple(answer.item_ids), tuple(answer.propensities.tolist()),
        sequence, operations, NOW_MS, question=request.question, windows=windows,
    )  # fmt: skip
    return Shown("v1", slate)


def asked_while_applying(entries: list[StoredEntry]) -> tuple[list[Shown], str]:
    """Ask wherever the state has a place; return what was shown, and the digest at the end."""
    engine, shown = Engine(), []
    for logged in entries:
        done = windows = 0
        sequence = logged.position.sequence - 1
        shown.append(answered(engine, sequence, 0, 0))
        for step in engine.applying(logged.entry, lambda: True):
            if step is True:
                windows += 1
            elif step:
                done, windows = done + len(step), 0
            if step:
                shown.append(answered(engine, sequence, done, windows))
    shown.append(answered(engine, len(entries), 0, 0))
    return shown, engine.digest()


@pytest.mark.parametrize("every", [1, 3])
async def test_each_place_answers_as_it_did(every: int) -> None:
    entries = log_entries()
    shown, digest = asked_while_applying(entries)
    assert {one.slate.windows for one in shown} == set(range(7))
    nowhere = [
        replace(shown[0], slate=replace(shown[0].slate, sequence=s, operations=o, windows=w))
        for s, o, w in ((3, 99, 0), (3, 0, 7), (3, 1, 1), (9, 0, 0))
    ]
    replay = Replay(ListedLog(entries), Engine(), START)
    asked = [*shown[::every], *nowhere]
    found = [one async for one in asked_again(replay, reversed(asked))]
    assert [one.shown.place for one in found] == sorted(one.place for one in shown[::every])
    assert all(one.is_same for one in found)
    assert replay.engine.digest() == digest
    assert replay.position == entries[-1].position


async def test_it_begins_and_ends_where_it_is_asked_to() -> None:
    entries = log_entries()
    shown, _ = asked_while_applying(entries)
    engine = Engine()
    for entry in entries[:2]:
        engine.apply(entry.entry)
    replay = Replay(
        ListedLog(entries), engine, entries[1].position, until=entries[2].position.offset
    )
    found = [one async for one in asked_again(replay, shown)]
    assert {one.shown.slate.sequence for one in found} == {2, 3}
    assert {one.shown.place for one in found if one.shown.slate.sequence == 3} == {(3, 0, 0)}
    assert all(one.is_same for one in found)


def test_a_list_without_its_question_is_not_asked() -> None:
    slate = Slate("r", "p", "home", ("a",), (1.0,))
    (shown,) = shown_in([Event("e", "impression", "v", slate=slate), Event("c", "click", "v")])
    assert not shown.is_replayable
    with pytest.raises(ValueError, match="question"):
        request_of(shown.visitor_id, shown.slate)
