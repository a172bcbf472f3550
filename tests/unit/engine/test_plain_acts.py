"""A plain act that is noted at once leaves the state that the engine's steps leave."""

from __future__ import annotations

import pytest

from headwater_server.engine import engine as engine_module
from headwater_server.engine.batches.batches import Batches
from headwater_server.engine.engine import Engine
from headwater_server.engine.experiments.experiments import LOOK_EVENTS
from headwater_server.engine.learning.kinds import kinds_of
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.messages.experiments import (
    USER,
    VISITOR,
    Experiment,
    ExperimentArm,
    ExperimentWrite,
    PolicyWrite,
    Primary,
)
from headwater_server.engine.messages.rewards import canonical_type, reward_of
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.event_class import class_of
from tests.unit.engine.learning.test_runs import stream

HIDING = {"purchase": 30.0, "click": 0.04}
FEW = EngineSettings(
    visitor_events_per_minute_max=3, source_events_per_minute_max=20, hide_days=HIDING
)
SMALL = EngineSettings(items_max=60, event_items_max=40, visitors_max=20, hide_days=HIDING)
NARROW = EngineSettings(deduplication_ids_max=50, deduplication_window_hours=0.02)


@pytest.fixture
def noted(monkeypatch):
    """Return a list of whether each event was plain; an engine of `by_steps` finds none plain."""
    found, note = [], engine_module.note_plain
    monkeypatch.setattr(Batches, "note", lambda *_: 0)  # which `test_batches` compares

    def noting(parts, event, entry):
        if parts.settings_history is by_steps.get("history"):
            return False
        found.append(note(parts, event, entry))
        return found[-1]

    by_steps: dict[str, object] = {}
    monkeypatch.setattr(engine_module, "note_plain", noting)
    return found, by_steps


@pytest.mark.parametrize(
    "settings", [EngineSettings(), FEW, SMALL, NARROW], ids=["plain", "few", "small", "narrow"]
)
@pytest.mark.parametrize("is_import", [False, True])
def test_a_plain_act_leaves_the_state_that_its_steps_leave(settings, is_import, noted):
    found, by_steps = noted
    at_once, stepwise = Engine(settings), Engine(settings)
    for time_ms, operations in stream(int(is_import), settings, 500):
        entry = Entry(time_ms, tuple(operations), imported=is_import)
        by_steps["history"] = None
        outcomes = at_once.apply(entry)
        by_steps["history"] = stepwise.parts.settings_history
        assert stepwise.apply(entry) == outcomes
        assert stepwise.digest() == at_once.digest()
    assert found.count(True) > 20


@pytest.mark.parametrize("unit", [VISITOR, USER])
def test_a_plain_act_counts_in_experiments_as_its_steps_do(unit, noted):
    found, by_steps = noted
    at_once, stepwise = Engine(SMALL), Engine(SMALL)
    batches = stream(3, SMALL, 1_500)
    for engine in (at_once, stepwise):
        _begin_experiment(engine, unit, batches[0][0])
    for number, (time_ms, operations) in enumerate(batches):
        entry = Entry(time_ms, tuple(operations))
        by_steps["history"] = None
        outcomes = at_once.apply(entry)
        by_steps["history"] = stepwise.parts.settings_history
        assert stepwise.apply(entry) == outcomes
        if number % 8 == 0 or number == len(batches) - 1:
            assert stepwise.digest() == at_once.digest()
    [running] = at_once.parts.experiments.active
    assert found.count(True) > 20
    assert running.counted > 20
    assert len(running.looks) == at_once.parts.learned // LOOK_EVENTS > 0


def _begin_experiment(engine: Engine, unit: str, time_ms: int) -> None:
    """Run one in which all visitors of the stream were exposed."""
    arms = ExperimentArm("control", weight=0.5), ExperimentArm("warm", "warm", weight=0.5)
    always = Primary("purchases", window_minutes=0.0)
    wanted = Experiment("warmer", arms, primary=always, unit=unit)
    warm = PolicyWrite("warm", '{"exploration_temperature":0.4}')
    seen = [_seen(n, arms[n % 2].arm_id) for n in range(40)]
    outcomes = engine.apply(Entry(time_ms, (warm, ExperimentWrite(wanted), *seen)))
    assert {one.status for one in outcomes} == {Status.CREATED}, outcomes


def _seen(number: int, arm_id: str) -> Event:
    name = f"list {number}"
    slate = Slate(name, "p", "home", ("i1",), (0.1,), arms=(Arm("warmer", arm_id),))
    items, user_id = (EventItem("i1"),), f"u{len(str(number)) + 1}"
    return Event(name, "impression", f"v{number}", user_id, items=items, slate=slate)


def test_an_act_in_an_open_window_counts_for_it(noted):
    found, _ = noted
    engine = Engine()
    seen = Event("e0", "impression", "ann", items=(EventItem("tent"), EventItem("lamp")))
    view = Event("e1", "view", "bob", items=(EventItem("tent"),))
    engine.apply(Entry(1_000, (view, seen)))
    engine.apply(Entry(2_000, (Event("e2", "purchase", "ann", items=(EventItem("tent"),)),)))
    assert found[-1]
    (_, rewards), *_ = engine.parts.attribution.open_slots()
    assert rewards.tolist() == [1.0]


@pytest.mark.parametrize("event_type", [*EngineSettings().rewards, *ALIASES])
@pytest.mark.parametrize("fields", [{}, {"user_id": "u"}, {"from_page": True}])
def test_a_kind_says_what_the_event_says(event_type, fields):
    settings = EngineSettings()
    event = Event("e", event_type, "v", items=(EventItem("a"),), value=4.0, **fields)
    kind = kinds_of(settings, Engine().parts.reranking.hiding).get(event_type)
    reward = reward_of(event, settings)
    assert (kind is None) == (reward < 0 or canonical_type(event_type) == "impression")
    if kind:
        assert (kind.reward_of(event), kind.class_of(event)) == (reward, class_of(event, settings))
