"""An engine answers under a policy as one whose settings are the policy's."""

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from tests.unit.engine.random_shop import random_shop, requests
from tests.unit.engine.small_shop import BOOST, CAP, IDS, PIN, shop

OVERRIDES = [
    {"exploration_epsilon": 0.5},
    {"exploration_temperature": 2.0, "diversity": "high"},
    {"rules": [BOOST, PIN, CAP]},
    {"exploration_policy": "thompson"},
    {},
]


@pytest.mark.parametrize("overrides", OVERRIDES, ids=str)
@pytest.mark.parametrize("rules", [[], [CAP]], ids=["no rule", "a cap"])
def test_answers_are_those_of_an_engine_under_the_policys_settings(overrides, rules):
    settings = EngineSettings(rules=rules, exploration_epsilon=0.1)
    engine, now_ms = random_shop(3, settings)
    policy = Policy("p", overrides)
    other, _ = random_shop(3, policy.over(settings))
    asking, digest = engine.asking(policy), engine.digest()
    for request in requests(3):
        request = replace(request, explain=True, first_slot=True)  # noqa: PLW2901
        assert asking.recommend(request, now_ms) == other.recommend(request, now_ms)
    assert engine.digest() == digest


def test_without_a_policy_it_is_the_engines_answer():
    engine, now_ms = random_shop(4)
    for request in requests(4):
        assert engine.asking().recommend(request, now_ms) == engine.recommend(request, now_ms)


def test_what_a_policy_leaves_open_follows_the_settings_in_force():
    engine, now_ms = random_shop(5)
    asking = engine.asking(Policy("p", {"exploration_epsilon": 0.5}))
    changed = EngineSettings(exploration_temperature=5.0, rules=[BOOST])
    engine.apply(Entry(now_ms, (SettingsChange(changed, "test"),)))
    other, _ = random_shop(5, replace(changed, exploration_epsilon=0.5))
    for request in requests(5):
        assert asking.recommend(request, now_ms) == other.recommend(request, now_ms)


def test_it_reads_the_state_that_the_engine_has_now():
    engine, now_ms = random_shop(6)
    asking = Engine().asking(Policy("p", {"diversity": "low"}))
    asking._engine.take_state(engine)  # as a replica does when it restores a snapshot
    expected = engine.asking(Policy("p", {"diversity": "low"}))
    for request in requests(6):
        assert asking.recommend(request, now_ms) == expected.recommend(request, now_ms)


def _ids(engine, name, now_ms=100, **more):
    request = RecommendRequest("stranger", "r", page_size=5, **more)
    return list(engine.asking(Policy(name)).recommend(request, now_ms).item_ids)


def test_best_explores_nothing_and_random_everything():
    engine = shop()
    plain = RecommendRequest("stranger", "r", page_size=5, explore=False)
    assert _ids(engine, "best") == list(engine.recommend(plain, 100).item_ids)
    request = replace(plain, candidate_item_ids=IDS)
    answer = engine.asking(Policy("random")).recommend(request, 100)
    assert answer.propensities.tolist() == pytest.approx([1 / 5, 1 / 4, 1 / 3, 1 / 2, 1])


def test_baseline_keeps_the_callers_order_of_what_may_be_shown():
    engine = shop()
    sent = ("e", "unknown", "b", "a", "e", "c")
    assert _ids(engine, "baseline", candidate_item_ids=sent) == ["e", "unknown", "b", "a", "c"]
    left = {"candidate_item_ids": sent, "exclude_item_ids": ("b",), "filter": "available = true"}
    assert _ids(engine, "baseline", **left) == ["e", "a", "c"]
    asking = engine.asking(Policy("baseline"))
    request = RecommendRequest("stranger", "r", page_size=5)
    assert not asking.can_answer(request)
    assert asking.can_answer(replace(request, candidate_item_ids=sent))
    with pytest.raises(ValueError, match=r"^candidate_item_ids: the policy baseline"):
        asking.recommend(request, 100)


def test_popular_shows_what_has_most_interactions():
    engine, now_ms = random_shop(7)
    request = RecommendRequest("stranger", "r", page_size=100)
    answer = engine.asking(Policy("popular")).recommend(request, now_ms)
    parts = engine.parts
    counts = parts.models.by_event.stored[:, -1]
    numbers = np.array([parts.catalogue.number(item) for item in answer.item_ids])
    assert (np.diff(counts[numbers]) <= 0).all()
    everyone = np.arange(len(parts.catalogue.ids), dtype=np.int32)
    shown = everyone[parts.catalogue.shown(everyone, now_ms)]
    assert counts[numbers].min() >= np.sort(counts[shown])[::-1][: len(numbers)].min()
    some = tuple(answer.item_ids[::-3])
    assert _ids(engine, "popular", now_ms, candidate_item_ids=some) == list(some[::-1])[:5]


@pytest.mark.parametrize("name", ["popular", "baseline"])
def test_pins_and_caps_hold_under_any_order_but_boosts_have_no_unit_there(name):
    ids = _ids(shop(PIN, CAP, BOOST), name, candidate_item_ids=IDS)
    assert ids[1] == "c"
    assert len(ids) == 3  # one of each brand
    assert ids == _ids(shop(PIN, CAP), name, candidate_item_ids=IDS)


def test_an_order_without_scores_gives_no_chance_of_an_act():
    engine, now_ms = random_shop(8)
    engine.parts.models.probability.slots_min = 0
    request = RecommendRequest("v1", "r", explain=True)
    answer = engine.asking(Policy("popular")).recommend(request, now_ms)
    assert {result.probability for result in answer.results} == {None}
