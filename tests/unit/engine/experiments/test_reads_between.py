"""A read between two steps of counting changes nothing of what is counted."""

import numpy as np
import pytest

from headwater_server.engine.experiments.experiments import Experiments
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.experiments.units import PARTS
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.experiments import Experiment, ExperimentArm
from headwater_server.engine.reranking.answer_settings import AnswerSettings
from headwater_server.engine.settings import EngineSettings

NOW_MS = 10**12
ACTS = 6
UNDER = AnswerSettings.of(EngineSettings())


def about_to_grow(experiments=2):
    """Return hold-outs with one free row each, and acts whose accounts need rows."""
    made = Experiments()
    for number in range(experiments):
        arms = ExperimentArm("control", "popular"), ExperimentArm("own")
        experiment = Experiment(f"hold-out-{number}", arms)
        running = Running(experiment, [None, None], ((0, PARTS),))
        made.put(running)
        for n in range(running.exposed.rows.capacity - 1):
            for _ in running.exposing(f"vis{n}", "", n % 2, (0.0, 0.0), NOW_MS, 5):
                pass
    for n in range(ACTS):
        event = Event(f"e{n}", "click", f"vis{n}", user_id=f"u{n}", items=(EventItem("t"),))
        made.add(event, (f"vis{n}", f"u{n}"), "", 1.0, NOW_MS + 1_000)
    return made


def settle(experiments):
    experiments.settle()


def ask_for_arms(experiments):
    for n in range(ACTS):
        assert len(experiments.assigned(f"vis{n}", f"u{n}", "", NOW_MS)) == 2


def answer(experiments):
    for n in range(ACTS):
        assert experiments.assignment((f"vis{n}", f"u{n}"), "home", NOW_MS, UNDER).arms
        experiments.assignment(("velsewhere", f"u{n}"), "home", NOW_MS, UNDER)


def read_the_state(experiments):
    experiments.state()


@pytest.mark.parametrize("read", [settle, ask_for_arms, answer, read_the_state])
def test_reads_after_each_step_leave_the_state_of_none(read):
    alone, watched = about_to_grow(), about_to_grow()
    alone.settle()
    steps = 0
    for _ in watched.counting():
        steps += 1
        read(watched)
    assert steps > 2
    np.testing.assert_equal(watched.state(), alone.state())
    assert [one.counted for one in watched.active] == [ACTS, ACTS]
    for n in range(ACTS):  # what was kept while it was counted holds no longer
        for profiles in ((f"vis{n}", f"u{n}"), ("velsewhere", f"u{n}")):
            of_both = [
                one.assignment(profiles, "home", NOW_MS, UNDER).arms for one in (watched, alone)
            ]
            assert of_both[0] == of_both[1]


def test_acts_that_come_after_are_counted_once():
    experiments = about_to_grow()
    for _ in experiments.counting():
        experiments.settle()
    for n in range(ACTS):
        event = Event(f"f{n}", "click", f"vis{n}", user_id=f"u{n}", items=(EventItem("t"),))
        experiments.add(event, (f"vis{n}", f"u{n}"), "", 1.0, NOW_MS + 2_000)
    experiments.settle()
    experiments.settle()
    assert [one.counted for one in experiments.active] == [2 * ACTS, 2 * ACTS]
