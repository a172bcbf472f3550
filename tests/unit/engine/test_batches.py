"""Plain acts that are noted together leave the state that they leave one by one."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.batches import batches
from headwater_server.engine.batches.batches import Batches
from headwater_server.engine.batches.columns import GIVEN, TOGETHER_MIN
from headwater_server.engine.batches.note_rows import note_rows
from headwater_server.engine.catalogue.recency import Recency
from headwater_server.engine.engine import Engine
from headwater_server.engine.experiments import experiments
from headwater_server.engine.learning.acts import Acts
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemWrite,
    SourceAdvance,
    UserWrite,
    VisitorUnlink,
)
from headwater_server.engine.messages.events import CREATED, Event, EventItem, Slate, Status
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentWrite,
    PolicyWrite,
    Primary,
)
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.past_sums import PastSums
from headwater_server.engine.visitors.profile_rows import ProfileRows

DAY_MS = 86_400_000
KINDS = ["view"] * 12 + ["purchase", "rating", "like", "dislike", "impression", "logout", "junk"]
HIDING = {"purchase": 30.0, "like": 0.04}
SETTINGS = {
    "plain": EngineSettings(),
    "hiding": EngineSettings(hide_days=HIDING),
    "narrow": EngineSettings(deduplication_ids_max=60, deduplication_window_hours=0.02),
    "robots": EngineSettings(visitor_events_per_minute_max=60),
    "unlimited": EngineSettings(visitor_events_per_minute_max=0),
    "few visitors": EngineSettings(visitors_max=30),
    "few items": EngineSettings(items_max=80, event_items_max=50),
    "known items": EngineSettings(catalogue_only="everyone"),
    "short windows": EngineSettings(attribution_window_minutes=1.0),
}


def _event(number: int, time_ms: int, rng: random.Random) -> Event:
    kind = rng.choice(KINDS)
    items = [EventItem(f"i{int(rng.paretovariate(0.5)) % 120}", price=rng.choice((None, 9.0)))]
    late_ms = rng.choice((None, 0, 0, 0, 5_000, 2 * DAY_MS, -3_000))
    return Event(
        f"e{number - rng.choice((0,) * 30 + (1, 2, 40))}",
        kind,
        f"v{int(rng.paretovariate(0.6)) % 60}",
        user_id="u1" if rng.random() < 0.01 else "",
        session_id=rng.choice(("", "", "s1", "s2")),
        items=() if kind == "logout" else tuple(items),
        value=4.0 if kind == "rating" else None,
        event_time_ms=None if late_ms is None else max(0, time_ms - late_ms),
        placement="home" if rng.random() < 0.01 else "",
        from_page=rng.random() < 0.02,
        source=rng.choice(("", "", "a")),
        reward=0.5 if kind == "view" and rng.random() < 0.01 else None,
    )


def _entries(seed: int, *, is_import: bool, count: int = 1_400) -> list[Entry]:
    """Return entries of events, mostly plain, and now and then of something else."""
    rng, time_ms, number = random.Random(seed), 900 * DAY_MS, 0
    described = tuple(ItemWrite(Item(f"i{n}", title="red cup")) for n in range(20))
    entries = [Entry(time_ms, described, imported=is_import)]
    others = [
        ItemWrite(Item("i3", title="oak cup")),
        UserWrite("u1", (("tier", "a"),)),
        VisitorUnlink("v1"),
        SourceAdvance("orders", "0", "elsewhere", "9", operations=7),  # what follows is skipped
    ]
    while number < count:
        operations = []
        for _ in range(rng.choice((3, 40, 120))):
            number += 1
            time_ms += rng.choice((0, 40, 900)) if is_import else 0
            operations.append(_event(number, time_ms, rng))
            if rng.random() < 0.01:
                operations.append(rng.choice(others))
        entries.append(Entry(time_ms, tuple(operations), imported=is_import))
        time_ms += rng.choice((10, 1_000, 70_000, DAY_MS, 700 * DAY_MS, -2_000))
    return entries


@pytest.fixture
def noted(monkeypatch):
    """Return how many acts were noted in batches of each size."""
    found, note = Counter(), batches._note

    def noting(*given):
        count = note(*given)
        found[count] += 1
        return count

    monkeypatch.setattr(batches, "_note", noting)
    return found


@pytest.mark.parametrize("is_import", [False, True], ids=["live", "import"])
@pytest.mark.parametrize("name", SETTINGS)
def test_acts_that_are_noted_together_leave_the_state_of_one_by_one(name, is_import, noted):
    together, single = Engine(SETTINGS[name]), Engine(SETTINGS[name])
    seen = set()
    for entry in _entries(len(name), is_import=is_import):
        outcomes = together.apply(entry)
        ones = [replace(entry, operations=(one,)) for one in entry.operations]
        assert outcomes == [single.apply(one)[0] for one in ones]
        assert together.digest() == single.digest()
        seen.update(one.status for one in outcomes)
    assert seen == set(Status)
    assert max(noted) > TOGETHER_MIN  # a table that is nearly full lets only few through
    assert sum(size * times for size, times in noted.items()) > 15


def _exposing(operation, rng: random.Random):
    """Return an impression as one of a list that names the arms it was made under."""
    if not isinstance(operation, Event) or operation.event_type != "impression":
        return operation
    arms = tuple(Arm(name, rng.choice("ab")) for name in rng.sample(("one", "two"), 2))
    ids = tuple(item.item_id for item in operation.items)
    slate = Slate(operation.event_id, "best", "home", ids, (0.5,) * len(ids), arms=arms)
    return replace(operation, slate=slate)


@pytest.mark.parametrize("is_import", [False, True], ids=["live", "import"])
@pytest.mark.parametrize("looks", [7, 1_000])
def test_experiments_count_acts_that_are_noted_together(is_import, looks, noted, monkeypatch):
    monkeypatch.setattr(experiments, "LOOK_EVENTS", looks)
    begin = [
        PolicyWrite("bold", '{"exploration_epsilon": 0.5}'),
        PolicyWrite("calm", '{"diversity": "low"}'),
    ]
    for name, unit, policy in (("one", "visitor", "bold"), ("two", "user", "calm")):
        arms, primary = (ExperimentArm("a"), ExperimentArm("b", policy)), Primary("reward", 60.0)
        one = Experiment(name, arms, layer=name, unit=unit, primary=primary)
        begin.append(ExperimentWrite(one))
    together, single, rng = Engine(), Engine(), random.Random(looks)
    entries = [
        Entry(800 * DAY_MS, tuple(begin)),
        *_entries(looks, is_import=is_import, count=1_100),
    ]
    for entry in entries:
        operations = tuple(_exposing(one, rng) for one in entry.operations)
        outcomes = together.apply(replace(entry, operations=operations))
        ones = [replace(entry, operations=(one,)) for one in operations]
        assert outcomes == [single.apply(one)[0] for one in ones]
        assert together.digest() == single.digest()
    counted = [running.counted for running in together.parts.experiments.active]
    assert len(counted) == 2
    assert counted[0] > 50
    assert max(noted) > TOGETHER_MIN


def test_experiments_count_all_acts_when_more_come_than_may_wait(noted, monkeypatch):
    monkeypatch.setattr(experiments, "LOOK_EVENTS", 10**6)
    one = Experiment("one", (ExperimentArm("a"), ExperimentArm("b", "random")))
    who = [f"v{n}" for n in range(9)]
    arms = [(Arm("one", "ab"[n % 2]),) for n in range(9)]
    slates = [Slate(f"r{n}", "best", "", ("i",), (1.0,), arms=arms[n]) for n in range(9)]
    shown = [Event(f"s{n}", "impression", who[n], slate=slates[n]) for n in range(9)]
    acts = [Event(f"e{n}", "click", who[n % 9], items=(EventItem("i"),)) for n in range(1_100)]
    together, single = Engine(), Engine()
    for operations in ((ExperimentWrite(one),), shown, acts[:700], acts[700:]):
        entry = Entry(DAY_MS, tuple(operations))
        together.apply(entry)
        for operation in operations:
            single.apply(replace(entry, operations=(operation,)))
    counted = [engine.parts.experiments.by_id["one"] for engine in (together, single)]
    assert together.digest() == single.digest()
    assert [running.counted for running in counted] == [1_100, 1_100]
    assert max(noted) > TOGETHER_MIN


def test_a_batch_ends_before_an_id_that_is_known():
    engine = Engine()
    engine.apply(Entry(1, (Event("first", "view", "ann", items=(EventItem("tent"),)),)))
    acts = [Event(f"e{n}", "view", f"v{n}", items=(EventItem("tent"),)) for n in range(9)]
    again = replace(acts[4], event_id="e1")
    entry = Entry(1_000, (*acts[:4], again, *acts[5:]))
    assert Batches(entry).note(engine.parts, 0) == 4
    assert (engine.parts.learned, engine.parts.learning.acts.count) == (5, 4)
    statuses = [one.status for one in Engine().apply(entry)]
    assert statuses == [Status.CREATED] * 4 + [Status.CONFLICT] + [Status.CREATED] * 4


def test_the_kernel_notes_what_rows_recency_and_sums_note_one_by_one():
    rng = np.random.default_rng(5)
    by_kernel, plain = ((ProfileRows(), Recency(), PastSums()) for _ in range(2))
    for rows, _, _ in (by_kernel, plain):
        for name in ("vann", "vbob", "veve"):
            rows.enter(name)
        rows.leave(2)
        rows.leave(0)
    for start in (0, 40):
        names = [f"v{number}" for number in rng.integers(0, 9, 40)]
        given, clocks = np.zeros(40, GIVEN), np.sort(rng.integers(10**12, 10**12 + 10**10, 40))
        words = [_words(name) for name in names]
        given["high"], given["low"] = zip(*words, strict=True)
        given["reward"], given["purchases"] = (
            rng.choice((0.0, 0.3, 1.0), 40),
            rng.integers(0, 2, 40),
        )
        given["own_ms"], given["row_class"] = (
            clocks - rng.integers(-9, 9, 40),
            rng.integers(0, 3, 40),
        )
        acts = Acts().adding()
        rows, recency, past = by_kernel
        assert past.fits(int(clocks[-1])) or not start
        past.add(1, 1.0, 0.0, int(clocks[0])), plain[2].add(1, 1.0, 0.0, int(clocks[0]))
        found = rows.found_by, (rows.used, rows.spare(40)), recency.noted, (*past.added, 2.0)
        rows.entered(*note_rows(given, clocks, start, acts, *found))
        recency.acted(40)
        for place, name in enumerate(names):
            row, act = _note_plainly(plain, name, given[place], int(clocks[place])), acts[place]
            expected = (row, -1, row, min(act["time_ms"], clocks[place]), start + place)
            found_of_act = [act[n] for n in ("visitor", "account", "row", "time_ms")]
            assert (*found_of_act, act["events_learned"]) == expected
        for one, other in zip(by_kernel, plain, strict=True):
            _assert_same(one, other)


def _words(name: str) -> tuple[int, int]:
    from headwater_server.engine.visitors.profile_rows import hashed

    return hashed(name)


def _note_plainly(parts, name, act, clock_ms) -> int:
    rows, recency, past = parts
    row = rows.find(name)
    row = rows.enter(name) if row < 0 else row
    recency.act(row)
    recency.raise_class(row, int(act["row_class"]))
    past.add(row, float(act["reward"]), float(act["purchases"]), clock_ms)
    return row


def _assert_same(one, other) -> None:
    states = [
        each.state(8) if isinstance(each, PastSums) else each.state() for each in (one, other)
    ]
    for name, value in states[0].items():
        np.testing.assert_array_equal(value, states[1][name], err_msg=name)


def test_entries_that_are_applied_together_share_a_batch_until_the_clock_is_set_back():
    times_ms = [10_000, 10_000, 12_000, 9_000, 12_001, 13_000, 7_999, 8_000]
    acts = [Event(f"e{n}", "view", f"v{n % 3}", items=(EventItem("tent"),)) for n in range(8)]
    entries = [Entry(time_ms, (act,)) for time_ms, act in zip(times_ms, acts, strict=True)]
    engine, single, together = Engine(), Engine(), Engine()
    for one in (engine, single, together):
        one.apply(Entry(1, (Event("first", "view", "ann", items=(EventItem("tent"),)),)))
    assert Batches(*entries).note(engine.parts, 0) == 6, "a small step back is waited for"
    assert engine.parts.clock_ms == 13_000
    steps = together.applying(entries[0], bool, entries[1:])
    assert [one for step in steps for one in step or ()] == [CREATED] * 8
    for entry in entries:
        single.apply(entry)
    assert together.digest() == single.digest()
    assert together.parts.clock_ms == 8_000
