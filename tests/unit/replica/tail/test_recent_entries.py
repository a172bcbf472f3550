"""What a state learned last is known by id; further back some places are."""

from __future__ import annotations

from headwater_server.engine.messages.entries import Item, ItemWrite, Mark
from headwater_server.engine.messages.events import CREATED, Event, Outcome, Status
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.tail import recent_entries
from headwater_server.replica.tail.recent_entries import RecentEntries


def at(number: int) -> Position:
    return Position(f"{number}-0", number) if number else START


def click(number: int) -> Event:
    return Event(f"e{number}", "click", "v")


def learned(recent: RecentEntries, *numbers: int) -> None:
    for number in numbers:
        recent.learned(at(number), [click(number)], [CREATED])


def test_what_is_missing_has_the_ids_of_what_was_learned_and_counts_other_writes():
    recent = RecentEntries(START)
    learned(recent, 1, 2)
    repeated = Outcome(Status.EXISTS)
    operations = [click(1), click(3), ItemWrite(Item("i")), Mark("m")]
    recent.learned(at(3), operations, [repeated, CREATED, CREATED, CREATED])
    missing = recent.missing_after(at(1))
    assert (missing.first, missing.last, missing.entries) == (at(2), at(3), 2)
    assert (missing.event_ids, missing.others) == (("e2", "e3"), 1)
    assert not missing.is_partial


def test_ids_are_bounded_and_places_further_back_are_kept(monkeypatch):
    monkeypatch.setattr(recent_entries, "ENTRIES_MAX", 10)
    monkeypatch.setattr(recent_entries, "ANCHOR_EVERY", 20)
    monkeypatch.setattr(recent_entries, "ANCHORS_MAX", 8)
    recent = RecentEntries(START)
    learned(recent, *range(1, 1_001))
    positions = recent.positions()
    assert positions[0] == START
    assert positions[-1] == at(1_000)
    assert positions == sorted(positions, key=lambda one: one.sequence)
    assert 12 < len(positions) < 20
    assert recent.event_ids() == {f"e{number}" for number in range(991, 1_001)}
    missing = recent.missing_after(positions[1])
    assert missing.is_partial
    assert missing.entries == 1_000 - positions[1].sequence


def test_a_state_that_has_just_started_knows_its_past_but_no_ids():
    recent = RecentEntries(at(9), past=[at(3), at(9), at(12)])
    assert recent.positions() == [at(3), at(9)]
    missing = recent.missing_after(at(3))
    assert (missing.last, missing.event_ids, missing.is_partial) == (at(9), (), True)
