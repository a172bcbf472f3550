"""Thompson sampling where rules are in force: they hold, and propensities are what happens."""

from collections import defaultdict

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

ITEMS = tuple(f"item {n}" for n in range(8))
PIN = {"name": "star", "kind": "pin", "slot": 2, "item_ids": ["item 7"]}
CAP = {"name": "one kind", "kind": "cap", "field": "kind", "most": 1}
BOOST = {"name": "the odd", "kind": "boost", "filter": 'side: ANY("odd")', "by": 50.0}
QUESTIONS = 600


def _engine(*rules):
    """Return an engine to which some slates were reported; two items of a kind."""
    engine = Engine(EngineSettings(exploration_policy="thompson", rules=list(rules)))
    items = [
        Item(name, features=(("kind", f"k{n // 2}"), ("side", "odd" if n % 2 else "even")))
        for n, name in enumerate(ITEMS)
    ]
    engine.apply(Entry(1, tuple(map(ItemWrite, items))))
    for n in range(150):
        slate = Slate(f"r{n}", "best", "home", ITEMS, (1.0,) * len(ITEMS))
        seen = Event(f"seen {n}", "impression", f"v{n % 9}", slate=slate)
        act = Event(f"act {n}", "click", f"v{n % 9}", items=(EventItem(ITEMS[n % 3]),))
        engine.apply(Entry(3_600_000 * (n + 1), (seen, act)))
    return engine


def _ask(engine, name="r", **more):
    request = RecommendRequest("ann", name, page_size=4, explain=True, **more)
    return engine.recommend(request, engine.parts.clock_ms)


def _kinds(answer):
    return [ITEMS.index(result.item_id) // 2 for result in answer.results]


def test_pins_and_caps_hold_and_the_answer_says_that_propensities_are_estimates():
    engine = _engine(PIN, CAP)
    before, heads = engine.digest(), set()
    for n in range(60):
        answer = _ask(engine, f"r{n}")
        assert (answer.policy, answer.propensities_estimated) == ("thompson", True)
        pinned = answer.results[1]
        assert (pinned.item_id, pinned.propensity, pinned.rules) == ("item 7", 1.0, ("star",))
        assert sorted(_kinds(answer)) == [0, 1, 2, 3]
        heads.add(answer.results[0].item_id)
    assert len(heads) > 1  # it explores
    assert _ask(engine) == _ask(engine)
    assert engine.digest() == before


def test_a_large_boost_beats_every_draw():
    answer = _ask(_engine(BOOST))
    assert all(int(result.item_id[-1]) % 2 for result in answer.results)


def test_what_is_estimated_under_a_cap_is_how_often_it_is_drawn():
    """The second slot's, given the first; of the last slot's item's kind nothing is left then."""
    engine, stated, shown = _engine(CAP), defaultdict(list), defaultdict(int)
    for n in range(QUESTIONS):
        first, second = _ask(engine, f"q{n}").results[:2]
        stated[first.item_id].append(first.propensity)
        shown[first.item_id] += 1
        assert first.item_id[-1] != second.item_id[-1]
    for item_id, count in shown.items():
        chance = float(np.mean(stated[item_id]))
        noise = np.sqrt(chance * (1 - chance) / QUESTIONS)
        assert count / QUESTIONS == pytest.approx(chance, abs=4 * noise + 0.01)


@pytest.mark.parametrize("level", ["low", "high"])
def test_variety_and_thompson_go_together(level):
    answer = _ask(_engine(), diversity=level)
    assert answer.propensities_estimated
    assert len({result.item_id for result in answer.results}) == 4


def test_new_items_whose_scores_are_all_alike_are_tried_under_rules_as_without():
    engine, fresh = _engine(), tuple(f"fresh {n}" for n in range(5))
    firsts = {
        level: {
            _ask(engine, f"r{n}", candidate_item_ids=fresh, diversity=level).results[0].item_id
            for n in range(100)
        }
        for level in ("none", "low")
    }
    assert firsts == {"none": set(fresh), "low": set(fresh)}
