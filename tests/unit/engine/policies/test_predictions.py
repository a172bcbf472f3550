"""The model's chances of an act, of what was shown and of what a policy would show."""

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.answers import question
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.asking import Panel
from headwater_server.engine.policies.policy import Policy
from headwater_server.models.probability.probability import buckets
from tests.unit.engine.small_shop import BOOST, CAP, IDS, PIN, shop

REQUEST = RecommendRequest("new", "r", page_size=3, candidate_item_ids=IDS, placement="home")


def _clicked(*rules, **more):
    """Return a shop in which the first items are clicked more, and the time."""
    engine = shop(*rules, **more)
    for n in range(200):
        slate = Slate(f"s{n}", "best", "home", IDS, (1.0,) * len(IDS))
        seen = Event(f"seen {n}", "impression", f"w{n % 9}", slate=slate)
        act = Event(f"act {n}", "click", f"w{n % 9}", items=(EventItem(IDS[n % 2]),))
        engine.apply(Entry(3_600_000 * (n + 1), (seen, act)))
    return engine, engine.parts.clock_ms


@pytest.mark.parametrize("rules", [(), (CAP, BOOST)], ids=["no rule", "rules"])
def test_the_mean_is_over_what_the_policy_would_put_into_the_slot(rules):
    engine, now_ms = _clicked(*rules)
    asking = engine.asking()
    for before in ((), ("b",), ("b", "c")):
        each = [
            asking.chances(REQUEST, (*before, item), now_ms, predict=True)
            for item in IDS
            if item not in before
        ]
        slot = len(before)
        chances = np.array([one.slots[slot] for one in each])
        # the list's own scores set what the items compete with, so each asks with its own share
        targets = np.array([one.predicted_target[slot] for one in each])
        assert chances.sum() == pytest.approx(1.0)
        assert ((targets > 0.0) & (targets < 1.0)).all()
        one = asking.chances(REQUEST, (*before, "a"), now_ms, predict=True)
        values = _predicted(engine, now_ms, (*before, "a"), slot)
        expected = sum(
            chance * values[item]
            for item, chance in zip([i for i in IDS if i not in before], chances, strict=True)
        )
        assert one.predicted_target[slot] == pytest.approx(expected)
        assert one.predicted[slot] == pytest.approx(values["a"])


def _predicted(engine, now_ms, shown, slot):
    """Return the head's chance of each item in a slot, beside the scores of what was shown."""
    best = engine.asking(Policy("plain", {"rules": []}))
    everything = replace(REQUEST, page_size=5, explore=False)
    scores = {one.item_id: one.score for one in best.recommend(everything, now_ms).results}
    among = np.log(sum(np.exp(scores[item]) for item in shown))

    asked = question(engine.parts, REQUEST, now_ms)
    rows = [[scores[i], scores[i] - among, np.log(slot + 1), np.log1p(0)] for i in IDS]
    numbers = np.array([engine.parts.catalogue.number(item) for item in IDS], dtype=np.int32)
    head = engine.parts.models.probability
    values = head.score_many(np.array(rows), buckets(asked.circumstances), numbers)
    return dict(zip(IDS, values.tolist(), strict=True))


def test_a_baseline_predicts_what_it_shows_first():
    engine, now_ms = _clicked(PIN)
    names = ("best", "baseline", "popular")
    askings = [engine.asking(Policy(name)) for name in names]
    together = Panel(engine, askings).ask(REQUEST, ("a", "c"), now_ms, predict=True)
    for asking, found in zip(askings, together, strict=True):
        first = asking.recommend(REQUEST, now_ms).item_ids[0]
        own = asking.chances(REQUEST, (first,), now_ms, predict=True)
        assert own.slots.tolist() == [1.0]
        assert own.predicted_target == pytest.approx(own.predicted)
        assert found.predicted_target[1] == pytest.approx(found.predicted[1])  # the pin
    assert len({tuple(found.predicted) for found in together}) == 1


def test_there_is_no_prediction_unless_the_model_has_one():
    engine, now_ms = _clicked()
    assert engine.asking().chances(REQUEST, ("a",), now_ms).predicted is None
    fresh = shop().asking().chances(REQUEST, ("a",), 100, predict=True)
    assert (fresh.predicted, fresh.predicted_target) == (None, None)


def test_what_no_source_found_is_predicted_as_nothing():
    engine, now_ms = _clicked()
    found = engine.asking().chances(REQUEST, ("a", "elsewhere"), now_ms, predict=True)
    assert found.predicted[0] > 0.0
    assert found.predicted[1] == 0.0
    assert 0.0 < found.predicted_target[1] < 1.0
