"""Acts that name a list or a placement are noted together, and leave the state of one by one."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from headwater_server.engine.batches import batches
from headwater_server.engine.batches.batches import Batches
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.settings import EngineSettings

MINUTE_MS = 60_000
PLACEMENTS = ["home"] * 8 + ["basket"] * 4 + [""] * 4
KINDS = ["view", "click", "click", "purchase", "add-to-cart", "impression"]
SETTINGS = {
    "plain": EngineSettings(),
    "hiding": EngineSettings(hide_days={"purchase": 30.0}),
    "short windows": EngineSettings(attribution_window_minutes=1.0),
    "few visitors": EngineSettings(visitors_max=120),
}


def _slate(rng: random.Random, number: int, item: str) -> Slate:
    others = [f"i{rng.randrange(90)}" for _ in range(3)]
    shown = tuple(dict.fromkeys([item, *others]))[: 1 if rng.random() < 0.3 else 4]
    placement = rng.choice(PLACEMENTS)
    return Slate(f"r{number // 3}", "best", placement, shown, (1.0,) * len(shown), time_ms=1)


def _event(number: int, time_ms: int, rng: random.Random) -> Event:
    kind, item = rng.choice(KINDS), f"i{rng.randrange(90)}"
    named = rng.choice(PLACEMENTS) if rng.random() < 0.5 else ""
    slate = _slate(rng, number, item) if kind == "impression" or rng.random() < 0.4 else None
    items = slate.item_ids if kind == "impression" and slate else (item,)
    return Event(
        f"e{number - (rng.random() < 0.02)}",
        kind,
        f"v{rng.randrange(150)}",
        user_id="u1" if rng.random() < 0.01 else "",
        session_id=rng.choice(("", "s1")),
        items=tuple(map(EventItem, items)),
        event_time_ms=rng.choice((None, time_ms, time_ms - 3_000, time_ms + 10**10)),
        placement=f"rare{number}" if rng.random() < 0.02 else named,
        position=rng.choice((0, 0, 1, 9)),
        context=(("device", "phone"),) if rng.random() < 0.03 else (),
        slate=slate,
        from_page=rng.random() < 0.02,
    )


def _entries(seed: int) -> list[Entry]:
    rng, time_ms, number = random.Random(seed), 1_700_000_000_000, 0
    described = [ItemWrite(Item(f"i{n}", title="red cup", price=9.0)) for n in range(60)]
    entries = [Entry(time_ms, (*described, UserWrite("u1", (("tier", "a"),))))]
    for _ in range(16):
        size = rng.choice((20, 60, 120))
        events = [_event(number + n, time_ms, rng) for n in range(size)]
        for n in range(1, size):  # many look at the same page again, also from another place
            if rng.random() < 0.15 and len(events[n - 1].items) == 1:
                of = events[n - 1]
                events[n] = replace(events[n], visitor_id=of.visitor_id, items=of.items)
        if rng.random() < 0.7:  # most entries have long parts without an impression
            events = [one for one in events if one.event_type != "impression"]
        number, time_ms = number + size, time_ms + rng.choice((10, 1_000, 2 * MINUTE_MS))
        entries.append(Entry(time_ms, tuple(events)))
    return entries


@pytest.mark.parametrize("name", SETTINGS)
def test_acts_of_lists_that_are_noted_together_leave_the_state_of_one_by_one(name, monkeypatch):
    together, single, named = Engine(SETTINGS[name]), Engine(SETTINGS[name]), Counter()
    write = batches._name

    def naming(parts, events, circumstances, acts_on, table):
        named.update(circumstances[: len(acts_on[0])])
        write(parts, events, circumstances, acts_on, table)

    monkeypatch.setattr(batches, "_name", naming)
    seen = set()
    for entry in _entries(len(name)):
        outcomes = together.apply(entry)
        ones = [replace(entry, operations=(one,)) for one in entry.operations]
        assert outcomes == [single.apply(one)[0] for one in ones]
        assert together.digest() == single.digest()
        seen.update(one.status for one in outcomes)
    assert {Status.CREATED, Status.CONFLICT, Status.QUARANTINED} <= seen
    assert {("placement=home",), ("placement=basket",)} <= set(named)
    assert named.total() - named[()] > 20


def test_a_batch_ends_before_an_act_about_which_one_that_waits_decides():
    """Whether its circumstances are entered depends on the visitor's latest item."""
    acts = [_click(f"e{n}", f"v{n}") for n in range(6)]
    again = replace(acts[3], event_id="again", placement="basket")
    new = replace(acts[3], event_id="new", visitor_id="w", placement="unknown")
    for last in (again, new):
        engine = _with_circumstances()
        assert Batches(Entry(1_000, (*acts, last))).note(engine.parts, 0) == len(acts)
    others = [_click(f"f{n}", f"w{n}") for n in range(4)]
    assert Batches(Entry(1_000, (again, *others))).note(engine.parts, 0) == 0
    assert Batches(Entry(1_000, tuple(others))).note(engine.parts, 0) == len(others)


def _click(event_id: str, visitor_id: str) -> Event:
    return Event(event_id, "click", visitor_id, items=(EventItem("tent"),), placement="home")


def _with_circumstances() -> Engine:
    engine, first = Engine(), _click("first", "ann")
    second = replace(first, event_id="second", visitor_id="bob", placement="basket")
    engine.apply(Entry(1, (first, second)))
    return engine
