"""Acts that are learned together leave the state that they leave one by one."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.learning import learning
from headwater_server.engine.measures import drift
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemWrite,
    Operation,
    SettingsChange,
    UserWrite,
)
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.base import grown
from headwater_server.models.covisitation.companions import Companions
from headwater_server.models.covisitation.next_item import NextItem

SECOND_MS, MINUTE_MS, DAY_MS = 1_000, 60_000, 86_400_000
RIVER = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"
UNKNOWN_TASTE = 1_200  # from this event on visitors want any item: predictions get worse
KINDS = ["click"] * 12 + ["purchase", "dislike", "dismiss", "impression", "logout", "unknown"]


def _item(number: int, rng: random.Random) -> str:
    is_known = number < UNKNOWN_TASTE
    return f"i{int(rng.paretovariate(0.6)) % 150 if is_known else rng.randrange(150)}"


def _event(number: int, time_ms: int, rng: random.Random) -> Event:
    """Return an act of one of a few visitors, who often act one after another."""
    visitor, kind = f"v{int(rng.paretovariate(0.7)) % 40}", rng.choice(KINDS)
    items = [_item(number, rng) for _ in range(rng.choice((1, 1, 1, 4)))]
    slate = Slate(f"r{number}", "p", "home", tuple(dict.fromkeys(items)), (0.1,) * 4)
    late_ms = rng.choice((0, 0, 0, 0, 7 * SECOND_MS, 3 * DAY_MS))
    return Event(
        f"e{number - 3 if rng.random() < 0.02 else number}",
        kind,
        visitor,
        user_id=f"u{len(visitor)}" if rng.random() < 0.15 else "",
        session_id=rng.choice(("", "", "s1", "s2")),
        items=() if kind == "logout" else tuple(map(EventItem, items)),
        event_time_ms=max(0, time_ms - late_ms),
        placement=rng.choice(("", "", "", "home", f"place{number % 50}")),
        context=(("device", rng.choice(("a", "b"))),) if rng.random() < 0.1 else (),
        slate=slate if kind == "impression" else None,
        from_page=rng.random() < 0.1,
        reward=round(rng.uniform(-0.4, 1.0), 2) if kind == "click" and number % 6 == 0 else None,
    )


def _other(number: int, settings: EngineSettings, rng: random.Random) -> Operation:
    title = " ".join(rng.choices(["red", "blue", "oak", "cup"], k=3))
    item = Item(f"i{rng.randrange(200)}", title=title)
    every = replace(settings, ranker_every=rng.choice((1, 3)))
    features = (("tier", rng.choice("abc")),)
    return rng.choice(
        [ItemWrite(item), SettingsChange(every), UserWrite(f"u{number % 3}", features)]
    )


def stream(seed: int, settings: EngineSettings, count: int) -> list[tuple[int, list[Operation]]]:
    """Return (time, operations): batches of up to 60, with a day between some of them."""
    rng, time_ms, number, batches = random.Random(seed), 40 * DAY_MS, 0, []
    while number < count:
        operations: list[Operation] = []
        for _ in range(rng.choice((1, 7, 25, 60))):
            number += 1
            is_event = rng.random() < 0.97
            operation = _event(number, time_ms, rng) if is_event else _other(number, settings, rng)
            operations.append(operation)
            if rng.random() < 0.05:
                operations.append(rng.choice(operations))  # sent again
        batches.append((time_ms, operations))
        time_ms += rng.choice((SECOND_MS, MINUTE_MS, MINUTE_MS, DAY_MS))
    return batches


def hold(seed: int, settings: EngineSettings, count: int = 900) -> Engine:
    """Apply the same batches whole, and operation by operation; both must agree after each."""
    whole, single = Engine(settings), Engine(settings)
    seen = set()
    for time_ms, operations in stream(seed, settings, count):
        outcomes = whole.apply(Entry(time_ms, tuple(operations)))
        expected = [single.apply(Entry(time_ms, (one,)))[0] for one in operations]
        assert outcomes == expected
        assert whole.digest() == single.digest()
        seen.update(outcome.status for outcome in outcomes)
    assert {Status.CREATED, Status.EXISTS, Status.QUARANTINED} <= seen
    return whole


@pytest.fixture
def lengths(monkeypatch):
    """Return a list to which the number of acts of each call of the kernel is added."""
    found, kernel = [], learning.learn_acts

    def noting(acts, *more):
        done, reached = kernel(acts, *more)
        found.append((len(acts), done))
        return done, reached

    monkeypatch.setattr(learning, "learn_acts", noting)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_run_leaves_the_state_of_its_acts_one_by_one(seed, lengths):
    engine = hold(seed, EngineSettings(seed=seed))
    assert max(lengths)[0] > 5
    assert engine.parts.models.activity.events > 500


def test_few_places_for_items_and_visitors_change_nothing():
    settings = EngineSettings(items_max=60, event_items_max=40, visitors_max=20)
    engine = hold(7, settings)
    assert engine.parts.catalogue.event_items_removed > 0


def test_alarms_fade_at_the_same_act(monkeypatch, lengths):
    monkeypatch.setattr(drift, "DELTA", 0.9)
    monkeypatch.setattr(drift, "WINDOW_MIN", 5)
    engine = hold(3, EngineSettings(drift_fading=4.0), 2_000)
    assert any(alarm.placement == "all" and alarm.worse for alarm in engine.parts.drift.alarms)
    assert max(lengths)[0] > 5


def test_a_run_stops_where_room_ends_and_goes_on(monkeypatch, lengths):
    for model in (Companions, NextItem):
        monkeypatch.setattr(model, "constants", property(_needy))
        monkeypatch.setattr(model, "lacks_room", property(_lacks))
        monkeypatch.setattr(model, "making_room", _making_room)
    hold(5, EngineSettings(), 150)
    assert any(0 < done < acts for acts, done in lengths)


NEEDED = 12_000  # slots, and no more room than that is made: it ends with the next pair


def _needy(model):
    return 2.0, model.row_max, model.seed, model.half_life, NEEDED


def _lacks(model):
    return bool(model._pairs.lacks(NEEDED))


def _making_room(model):
    pairs = model._pairs
    room = int(pairs.used[0]) + NEEDED
    pairs._set({name: grown(getattr(pairs, name), room) for name in ("ids", "values", "last")})
    yield


def test_a_ranker_that_is_no_kernel_learns_in_order():
    hold(11, EngineSettings(ranker=RIVER), 200)


def test_the_kernel_takes_the_rankers_own_steps(monkeypatch):
    """Outside of the kernel, as for any other ranker, the same losses and weights come out."""
    inside, outside = Engine(), Engine()
    for time_ms, operations in stream(4, EngineSettings(), 500):
        inside.apply(Entry(time_ms, tuple(operations)))
        with monkeypatch.context() as patch:
            patch.setattr(learning.Learning, "is_kernel", False)
            outside.apply(Entry(time_ms, tuple(operations)))
        assert inside.digest() == outside.digest()


def test_a_ranker_that_is_no_kernel_learns_an_act_once_where_tables_lack_room(monkeypatch):
    text = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"
    engine, learned, grown_at, steps = Engine(EngineSettings(ranker=text)), [], [], []
    ranker, making = engine.parts.models.ranker, learning.Learning._making_room
    learn = ranker.learn_many
    monkeypatch.setattr(ranker, "learn_many", lambda *a, **k: learned.append(1) or learn(*a, **k))
    monkeypatch.setattr(
        learning.Learning, "_making_room", lambda self: grown_at.append(1) or making(self)
    )
    for number in range(200):
        before, grown_before = len(learned), len(grown_at)
        # new words: the tables have no place for them before the act
        words = " ".join(f"w{40 * number + k}" for k in range(40))
        engine.apply(Entry(1_000 * number, (ItemWrite(Item(f"i{number % 30}", title=words)),)))
        event = Event(f"e{number}", "click", f"v{number}", items=(EventItem(f"i{number % 30}"),))
        engine.apply(Entry(1_000 * number, (event,)))
        if len(grown_at) > grown_before:
            steps.append(len(learned) - before)
    assert max(steps) == 1


def test_after_a_restart_runs_end_before_the_same_alarm():
    watched = drift.Drift()
    for n in range(300):
        values = {"events_learned": n, "now_ms": n}
        watched.observe_interaction(n, (n * 7 % 10) / 10, **values)
        again = drift.Drift()
        again.load(watched.state())
        assert again.checked_in == watched.checked_in
