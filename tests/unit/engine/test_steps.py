"""An event is learned in steps between which the state is read: the same state comes out."""

from __future__ import annotations

from itertools import count

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

ITEMS = [f"i{n}" for n in range(30)]
SECOND_MS = 1_000


def entries() -> list[Entry]:
    """Item writes, a basket, a seen slate, and an act after its window has closed."""
    writes = tuple(ItemWrite(Item(item, f"title {item}")) for item in ITEMS)
    basket = tuple(EventItem(item) for item in ITEMS)
    slate = Slate("r", "p", "home", tuple(ITEMS[:5]), (1.0,) * 5)
    seen = tuple(Event(f"s{n}", "impression", f"v{n}", slate=slate) for n in range(8))
    late = Event("late", "view", "ann", items=(EventItem("i2"), EventItem("i3")))
    return [
        Entry(SECOND_MS, writes),
        Entry(2 * SECOND_MS, (Event("e1", "purchase", "ann", items=basket), *seen)),
        Entry(10**9, (late, Event("e1", "purchase", "ann", items=basket))),
    ]


def test_reads_between_steps_change_nothing() -> None:
    stepped, whole = Engine(), Engine()
    for entry in entries():
        outcomes, pauses = [], 0
        for number, step in enumerate(stepped.applying(entry)):
            if step is None or step is True:
                pauses += 1
            else:
                outcomes += step
            stepped.recommend(RecommendRequest("ann", f"r{number}", explain=True), entry.time_ms)
            stepped.lookups.list_similar_items(["i1"], 5, 'available: ANY("true")', entry.time_ms)
        assert outcomes == whole.apply(entry)
        assert stepped.digest() == whole.digest()
    assert pauses >= 8, "each attribution window closes in a step of its own"


def test_each_item_of_an_event_is_a_step() -> None:
    engine = Engine()
    writes, basket, _ = entries()
    engine.apply(writes)
    assert list(engine.applying(basket)).count(None) >= 30


def test_a_state_within_an_operation_is_not_taken() -> None:
    engine = Engine()
    capture, steps = engine.capturing(), engine.applying(entries()[1])
    next(steps)
    for _ in capture.rehearse():
        pass
    for take in (engine.digest, engine.capture, lambda: list(capture.take())):
        with pytest.raises(RuntimeError, match="middle of an operation"):
            take()
    with pytest.raises(RuntimeError, match="middle of an operation"):
        engine.apply(entries()[0])
    list(steps)
    assert engine.digest()


def test_items_make_room_in_steps() -> None:
    """Between them, an item that is being removed has data no more, but still its number."""
    settings = EngineSettings(items_max=1_000, event_items_max=40)
    stepped, whole = Engine(settings), Engine(settings)
    removed = 0
    for n in range(120):
        item = EventItem(f"i{n * 7 % 60}" if n % 3 else f"new{n}")
        operation = Event(f"e{n}", "click", f"v{n % 5}", items=(item,))
        entry = Entry(n * SECOND_MS, (ItemDelete(f"old{n}"), operation))
        pauses = 0
        for number, step in enumerate(stepped.applying(entry)):
            pauses += step is None
            request = RecommendRequest(f"v{n % 5}", f"r{n}-{number}", filter="NOT price > 5")
            answer = stepped.recommend(request, entry.time_ms)
            assert all(result.item_id for result in answer.results)
        whole.apply(entry)
        assert stepped.digest() == whole.digest()
        if stepped.parts.catalogue.event_items_removed > removed:
            assert pauses > 10
        removed = stepped.parts.catalogue.event_items_removed
    assert removed > 20


@pytest.mark.parametrize("every", [1, 3, 7])
def test_after_outcomes_the_state_is_that_of_so_many_operations(every: int) -> None:
    """However often a slice ends: another process that stops at the place answers the same."""
    stepped, place, asked = Engine(), 0, {}
    acts = [
        Event(f"a{n}", "view", f"v{n % 4}", items=(EventItem(ITEMS[n * 7 % 30]),))
        for n in range(60)
    ]
    entry = Entry(SECOND_MS, (*entries()[0].operations, *acts, *entries()[1].operations))
    calls = count(1)
    for step in stepped.applying(entry, lambda: next(calls) % every == 0):
        if step:
            place += len(step)
            asked[place] = stepped.digest(), _answer(stepped, place)
    assert place == len(entry.operations)
    again, applied = Engine(), 0
    for place, answered in asked.items():
        again.apply(Entry(SECOND_MS, entry.operations[applied:place]))
        assert (again.digest(), _answer(again, place)) == answered
        applied = place
    assert len(asked) >= 30 + 60 // max(every, 20)


def _answer(engine: Engine, number: int) -> object:
    return engine.recommend(RecommendRequest("v1", f"r{number}"), SECOND_MS).results


def test_between_windows_the_state_is_that_of_so_many_closed() -> None:
    """Whatever was learned with what: a fold that stops after as many windows answers the same."""
    stepped, again = Engine(), Engine()
    for entry in entries()[:2]:
        stepped.apply(entry)
        again.apply(entry)
    soon = SECOND_MS * 3
    acts = [
        Event(f"a{n}", "view", f"v{n}", items=(EventItem(ITEMS[n]),), event_time_ms=1)
        for n in range(5)
    ]
    stepped.apply(Entry(soon, tuple(acts)))
    again.apply(Entry(soon, tuple(acts)))
    late = Entry(10**9, (acts[0], *entries()[2].operations))
    asked = []
    for step in stepped.applying(late):
        if step is True:
            asked.append(_answer(stepped, len(asked)))
    again.apply(Entry(10**9, late.operations[:1]))
    steps = again.applying(Entry(10**9, late.operations[1:2]), lambda: True)
    windows = [_answer(again, number) for number, _ in enumerate(s for s in steps if s is True)]
    assert len(asked) == 8
    assert asked == windows
