"""The bandit's state, its bounds, and that it follows a world that changes."""

from __future__ import annotations

import random
from copy import deepcopy

import numpy as np
import pytest

from headwater_server.engine.snapshot.state import flatten, unflatten
from headwater_server.models.bandit import bandit as module
from headwater_server.models.bandit.bandit import Bandit
from headwater_server.models.bandit.contexts import WIDTH_MAX, Contexts

ACTIONS = ("a", "b", "c")


def play(bandit, turns, chance_of, seed=1, actions=ACTIONS):
    """Return the rewards of ``turns`` choices in two contexts."""
    drawn, won = random.Random(seed), []
    for turn in range(turns):
        context = [("device", drawn.choice(("mobile", "desktop"))), ("n", drawn.gauss(0, 1))]
        chances = bandit.chances(actions, [bandit.vector(context)] * len(actions))
        action = drawn.choices(actions, chances)[0]
        reward = float(drawn.random() < chance_of(turn, context[0][1], action))
        bandit.learn(action, bandit.meet(context), reward, actions)
        won.append(reward)
    return won


def _by_device(turn, device, action):
    return 0.8 if (action == "a") == (device == "mobile") and action != "c" else 0.1


def test_it_finds_the_best_action_of_each_context():
    won = play(Bandit(), 600, _by_device)
    assert np.mean(won[-200:]) > 0.7


def test_it_follows_a_world_that_changes():
    def chance_of(turn, _, action):
        return 0.7 if action == ("a" if turn < 700 else "b") else 0.1

    won = play(Bandit(), 1_400, chance_of)
    assert np.mean(won[500:700]) > 0.6
    assert np.mean(won[-200:]) > 0.55


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_the_unit_of_rewards_does_not_matter(scale):
    """Rewards of 0 and 0.001 are explored as those of 0 and 1: nothing is tuned to a size."""
    drawn, bandit, right = random.Random(4), Bandit(), 0
    for turn in range(600):
        x = bandit.vector([])
        action = drawn.choices(ACTIONS, bandit.chances(ACTIONS, [x] * 3))[0]
        luck = drawn.random() < (0.7 if action == "b" else 0.2)
        bandit.learn(action, bandit.meet([]), scale * luck, ACTIONS)
        right += action == "b" and turn >= 300
    assert right > 240


def test_the_state_is_whole():
    first = Bandit()
    play(first, 200, _by_device)
    second = Bandit()
    second.load(unflatten(deepcopy([*flatten(first.state())])))
    assert play(first, 50, _by_device, seed=2) == play(second, 50, _by_device, seed=2)
    assert [*map(str, flatten(first.state()))] == [*map(str, flatten(second.state()))]


def test_reading_writes_nothing():
    bandit = Bandit()
    play(bandit, 20, _by_device)
    before = [*map(str, flatten(bandit.state()))]
    x = bandit.vector([("device", "watch"), ("n", 1e9)], score=3.0)
    bandit.chances(("a", "unknown"), [x, x])
    bandit.means(("a", "unknown"), [x, x])
    assert [*map(str, flatten(bandit.state()))] == before


def test_actions_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "ACTIONS_MAX", 3)
    bandit = Bandit()
    for name in ("a", "b", "a", "c", "d"):
        bandit.learn(name, bandit.meet([]), 1.0)
    assert bandit.state()["ids"] == ["a", "c", "d"]


def test_a_correction_is_what_the_larger_reward_had_been():
    first, second = Bandit(), Bandit()
    x = first.meet([("device", "mobile")])
    at = first.learn("a", x, 0.3)
    first.correct("a", x, 0.7, at)
    second.learn("a", second.meet([("device", "mobile")]), 1.0)
    assert first.means(["a"], [x]) == pytest.approx(second.means(["a"], [x]))


def test_a_correction_of_what_was_forgotten_changes_nothing(monkeypatch):
    """Also where the action was entered again, with a belief that has fewer places."""
    monkeypatch.setattr(module, "ACTIONS_MAX", 3)
    bandit = Bandit()
    wide = bandit.meet([(f"name {n}", "x") for n in range(12)])
    at = bandit.learn("a", wide, 0.3)
    for name in ("b", "c", "d"):
        bandit.learn(name, bandit.vector([]), 0.0)
    bandit.correct("a", wide, 0.7, at)
    bandit.learn("a", bandit.vector([]), 0.5)
    before = [*map(str, flatten(bandit.state()))]
    bandit.correct("a", wide, 0.7, at)
    assert [*map(str, flatten(bandit.state()))] == before


def test_what_was_met_is_a_part_of_the_state():
    bandit = Bandit()
    assert not bandit.is_used
    bandit.meet([("device", "mobile")])
    assert bandit.is_used


def test_names_are_bounded():
    contexts = Contexts()
    for number in range(1_000):
        contexts.meet([(f"name {number % 300}", float(number)), ("user", f"u{number}")])
    places, values, _ = contexts.vector([(f"name {n}", 1.0) for n in range(300)])
    assert places.max() < WIDTH_MAX
    assert len(contexts.state()["numbers"]) <= WIDTH_MAX
    assert np.isfinite(values).all()


@pytest.mark.parametrize("seed", range(10))
def test_chances_are_a_distribution_whatever_was_learned(seed):
    drawn, bandit = random.Random(seed), Bandit()
    numbers = (0.0, -0.0, 1e-300, 1e12, -1e12, 1.0, 0.1)
    actions = [f"action {n}" for n in range(drawn.randrange(1, 50))]
    for _ in range(100):
        names = [f"x{n}" for n in range(drawn.randrange(6))]
        context = [(n, drawn.choice((*numbers, "text", ""))) for n in names]
        score = drawn.choice((None, *numbers))
        x = bandit.meet(context, score)
        bandit.learn(drawn.choice(actions), x, drawn.choice((-1.0, 0.0, 1.0, 0.3)), actions)
        chances = bandit.chances(actions, [bandit.vector(context, score)] * len(actions))
        assert chances.min() >= 0.0
        assert chances.sum() == pytest.approx(1.0)
