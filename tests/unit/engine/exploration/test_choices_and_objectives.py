"""One of few items is chosen by its rewards: an objective has no say, and the answer says so."""

from __future__ import annotations

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings

PRICES = {"cheap": 1.0, "fair": 40.0, "dear": 900.0}
NOW_MS = 10**6


def shop(**settings):
    """Return an engine that knows purchases, and that cheap is the best choice."""
    engine = Engine(EngineSettings(**settings))
    described = [Item(name, price=price, currency_code="EUR") for name, price in PRICES.items()]
    engine.apply(Entry(0, tuple(map(ItemWrite, described))))
    for number in range(60):
        bought = (EventItem([*PRICES][number % 3]),)
        event = Event(f"b{number}", "purchase-complete", f"v{number}", items=bought)
        engine.apply(Entry(number + 1, (event,)))
    bandit = engine.parts.models.bandit
    for number in range(60):
        name = [*PRICES][number % 3]
        bandit.learn(name, bandit.meet([]), float(name == "cheap"), [*PRICES])
    return engine


def choice(name="r", **more):
    given = {"page_size": 1, "first_slot": True, "candidate_item_ids": (*PRICES,)} | more
    return RecommendRequest("stranger", name, **given)


def chances(answer):
    return {one.item_id: one.first_slot_propensity for one in answer.results}


@pytest.mark.parametrize("more", [{}, {"explain": True}, {"explore": False}, {"page_size": 3}])
def test_the_objective_of_a_choice_is_acts(more):
    plain = shop().recommend(choice(**more), NOW_MS)
    assert (plain.objective, plain.objective_note) == ("", "")
    of_setting = shop(objective="revenue").recommend(choice(**more), NOW_MS)
    of_request = shop().recommend(choice(objective="purchases", **more), NOW_MS)
    for answer, asked in ((of_setting, "revenue"), (of_request, "purchases")):
        assert answer.results == plain.results
        assert answer.objective == "acts"
        assert asked in answer.objective_note
        assert "rewards" in answer.objective_note


def test_the_uniform_part_is_left_to_each_item():
    answer = shop(objective="revenue").recommend(choice(page_size=3), NOW_MS)
    found = chances(answer)
    assert max(found, key=found.get) == "cheap"
    assert min(found.values()) >= 0.005 / len(PRICES)


def test_nor_has_that_of_a_policy():
    engine, richer = shop(), Policy("richer", {"objective": "revenue"})
    answer = engine.recommend(choice(), NOW_MS)
    plain = engine.asking().chances(choice(), (*PRICES,), NOW_MS)
    asked = engine.asking(richer).chances(choice(), (*PRICES,), NOW_MS)
    assert asked.slots.tolist() == plain.slots.tolist()
    assert answer.propensities[0] in plain.slots


def test_rules_and_variety_add_to_the_chances_alone():
    settings = {"diversity": "low"}
    plain = shop(**settings).recommend(choice(page_size=3), NOW_MS)
    rich = shop(objective="revenue", **settings).recommend(choice(page_size=3), NOW_MS)
    assert chances(rich) == chances(plain)


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ({}, {"page_size": 3, "first_slot": False}),
        ({"exploration_bandit": "off"}, {}),
    ],
)
def test_all_else_has_the_objective_that_was_asked_for(settings, more):
    answer = shop(objective="revenue", **settings).recommend(choice(**more), NOW_MS)
    assert answer.objective == "revenue"
