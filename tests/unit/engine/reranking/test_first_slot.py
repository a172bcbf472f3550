"""The chance of the first slot is how often an item is there, with any rules in force."""

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from tests.unit.engine.small_shop import BOOST, BURY, CAP, EPSILON, IDS, PIN, TEMPERATURE, ask, shop

DRAWS = 3_000
NO_GIFTS = {"name": "no gift", "kind": "cap", "filter": 'categories: ANY("gift")', "most": 0}
VARIED = {"name": "varied", "kind": "diversity", "level": "high"}
FIRST = {"name": "table first", "kind": "pin", "slot": 1, "item_ids": ["d"]}
LATER = {"name": "table last", "kind": "pin", "slot": 5, "item_ids": ["d"]}


def _stated(answer):
    return {result.item_id: result.first_slot_propensity for result in answer.results}


@pytest.mark.parametrize(
    "rules",
    [(), (PIN,), (FIRST,), (LATER,), (CAP,), (NO_GIFTS,), (VARIED,), (BOOST, BURY, PIN, CAP)],
    ids=lambda rules: " and ".join(rule["name"] for rule in rules) or "no rule",
)
def test_items_stand_first_as_often_as_is_said(rules):
    engine = shop(*rules)
    first, stated = Counter(), {}
    for n in range(DRAWS):
        answer = ask(engine, f"r{n}", size=5, first_slot=True)
        first[answer.results[0].item_id] += 1
        stated |= _stated(answer)
    chances = np.array([stated.get(item, 0.0) for item in IDS])
    seen = np.array([first[item] for item in IDS])
    assert chances.sum() == pytest.approx(1.0)
    assert not seen[chances == 0].any()
    if (likely := chances > 0).sum() > 1:  # else the line before says it all
        assert stats.chisquare(seen[likely], chances[likely] * DRAWS).pvalue > 0.001


def test_without_rules_it_is_the_softmax_of_the_scores_mixed_with_the_uniform():
    answer = ask(shop(), size=5, first_slot=True)
    weights = np.exp([result.score / TEMPERATURE for result in answer.results])
    expected = (1 - EPSILON) * weights / weights.sum() + EPSILON / 5
    assert list(_stated(answer).values()) == pytest.approx(expected.tolist())
    assert answer.results[0].first_slot_propensity == answer.results[0].propensity


def test_with_exploration_off_the_best_is_certain():
    answer = ask(shop(), size=5, first_slot=True, explore=False)
    assert list(_stated(answer).values()) == [1.0, 0.0, 0.0, 0.0, 0.0]


def test_without_the_question_there_is_no_answer():
    assert set(_stated(ask(shop(), size=5)).values()) == {None}


def test_nothing_to_show_is_no_error():
    assert ask(shop(), first_slot=True, exclude_item_ids=IDS).results == ()


@pytest.mark.parametrize("rules", [(), (BOOST,)], ids=["no rule", "a boost"])
def test_of_thompson_sampling_it_is_estimated_from_the_same_draws(rules):
    engine = shop(*rules, exploration_policy="thompson", exploration_bandit="off")
    for n in range(150):
        slate = Slate(f"s{n}", "best", "home", IDS, (1.0,) * len(IDS))
        seen = Event(f"seen {n}", "impression", f"w{n % 9}", slate=slate)
        act = Event(f"act {n}", "click", f"w{n % 9}", items=(EventItem(IDS[n % 3]),))
        engine.apply(Entry(3_600_000 * (n + 1), (seen, act)))
    first, stated = Counter(), np.zeros(len(IDS))
    for n in range(400):
        request = RecommendRequest("new", f"r{n}", candidate_item_ids=IDS, first_slot=True)
        answer = engine.recommend(request, engine.parts.clock_ms)
        assert answer.policy == "thompson"
        chances = _stated(answer)
        assert sum(chances.values()) == pytest.approx(1.0)
        assert chances[answer.results[0].item_id] >= 1 / 201
        first[answer.results[0].item_id] += 1
        stated += np.array([chances[item] for item in IDS]) / 400
    seen = np.array([first[item] for item in IDS]) / 400
    assert np.abs(seen - stated).max() < 0.08
