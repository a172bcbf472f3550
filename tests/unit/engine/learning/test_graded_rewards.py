"""A reward of the event's own weighs what is learned: as a number, the same in every fold."""

import math
from functools import partial

import numpy as np
import pytest
from river import linear_model

from headwater_server.engine.engine import Engine
from headwater_server.engine.intake.firewall import quarantine_reason
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status, fingerprint
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.river.river_ranker import RiverRanker

MINUTE_MS = 60_000
ORDER = "purchase-complete"


def shop(items=4):
    engine = Engine()
    engine.apply(Entry(0, tuple(ItemWrite(Item(f"i{n}")) for n in range(items))))
    return engine


def act(name, item="i1", kind=ORDER, visitor="ann", **more):
    print_of = name.encode().rjust(16)  # the same with a reward and without
    return Event(name, kind, visitor, items=(EventItem(item),), fingerprint=print_of, **more)


def rated(number, item, reward, visitor=""):
    """Return an impression of one item and the reward that followed."""
    visitor, slate = visitor or f"v{number}", Slate(f"r{number}", "best", "home", (item,), (0.5,))
    seen = Event(f"seen{number}", "impression", visitor, slate=slate)
    return seen, act(f"act{number}", item, "click", visitor, slate=slate, reward=reward)


def interactions(engine, item="i1"):
    return engine.parts.models.activity.counts[engine.parts.catalogue.number(item), 0]


def popularity(engine, item="i1"):
    model = engine.parts.models.by_event
    return (model.stored * model.fading())[engine.parts.catalogue.number(item)].tolist()


def test_a_whole_reward_teaches_what_an_event_without_one_does():
    """The reward of an order is 1 in the table, so both are the same in every part of the state."""
    plain, graded = shop(), shop()
    for n in range(30):
        args = f"e{n}", f"i{n % 3}"
        plain.apply(Entry(n * 1_000, (act(*args),)))
        graded.apply(Entry(n * 1_000, (act(*args, reward=1.0),)))
    assert plain.digest() == graded.digest()


def test_an_act_counts_by_its_reward():
    engine = shop()
    engine.apply(Entry(0, (act("e1", reward=0.25), act("e2", "i2"))))
    assert (interactions(engine), interactions(engine, "i2")) == (0.25, 1.0)
    ratio = np.array(popularity(engine, "i2")) / np.array(popularity(engine))
    assert ratio == pytest.approx(4.0, rel=0.02)  # the other one is an event older
    next_item = engine.parts.models.next_item
    before = next_item.predict(np.array([engine.parts.catalogue.number("i2")]), 0)
    engine.apply(Entry(0, (act("e3", "i0", reward=0.1),)))
    weak = next_item.predict(np.array([engine.parts.catalogue.number("i2")]), 0)
    assert before == 0.0 < weak < 0.15


def test_a_small_reward_moves_the_time_when_an_item_was_last_chosen_by_its_part():
    def age_after(**more):
        engine = shop()
        engine.apply(Entry(0, (act("first"),)))
        for n in range(40):
            engine.apply(Entry(n, (act(f"e{n}", "i0" if n % 2 else "i2", visitor=f"v{n}"),)))
        engine.apply(Entry(50, (act("again", visitor="bob", **more),)))
        counts = engine.parts.models.activity.counts
        return 41 - counts[engine.parts.catalogue.number("i1"), 3]

    assert age_after() == 0
    assert age_after(reward=0.25) == pytest.approx(0.75 * 41)


def test_the_first_act_on_an_item_is_its_last_whatever_its_reward():
    engine = shop()
    engine.apply(Entry(0, tuple(act(f"e{n}", "i0", visitor=f"v{n}") for n in range(9))))
    engine.apply(Entry(1, (act("weak", reward=0.1),)))
    counts = engine.parts.models.activity.counts[engine.parts.catalogue.number("i1")]
    assert counts[2] == counts[3] == 9


def test_a_weak_return_moves_cycle_and_rate_of_repeats_by_its_part():
    def moved(reward):
        engine = shop()
        engine.apply(Entry(0, (act("e1"), act("e2", "i2"))))
        engine.apply(Entry(3_600_000, (act("e3", reward=reward),)))
        models = engine.parts.models
        cycle = models.cycles.counted[0][engine.parts.catalogue.number("i1")]
        return float(cycle[0]), models.activity.repeat_rate

    whole, part = moved(1.0), moved(0.25)
    assert part == pytest.approx((whole[0] / 4, whole[1] / 4))


def test_a_reward_of_nothing_counts_nowhere_and_a_negative_one_refuses():
    engine = shop()
    engine.apply(Entry(0, (act("e1", reward=0.0),)))
    assert interactions(engine) == 0.0
    steps = engine.parts.models.ranker.state()["_steps"]
    before = engine.digest()
    engine.apply(Entry(0, (act("e2", reward=-0.5),)))
    assert engine.parts.models.ranker.state()["_steps"] == steps + 1
    assert engine.digest() != before
    assert interactions(engine) == 0.0


def test_half_a_refusal_moves_the_item_by_half_as_much():
    def bias_after(reward):
        engine = shop()
        engine.apply(Entry(0, (act("e1", reward=reward),)))
        return engine.parts.models.ranker.network[0][engine.parts.catalogue.number("i1")]

    whole, half = bias_after(-1.0), bias_after(-0.5)
    assert whole < 0
    assert half == pytest.approx(whole / 2, rel=1e-3)


def test_the_chance_of_a_slot_that_is_always_worth_three_tenths_is_three_tenths():
    """Without any draw; and it is given, although no slot was without a reward."""
    engine = shop()
    for n in range(900):
        engine.apply(Entry(n * 31 * MINUTE_MS, rated(n, f"i{n % 2}", 0.3 if n % 2 else 0.8)))

    def chance(item):
        asked = RecommendRequest("stranger", "q", placement="home", candidate_item_ids=(item,))
        return engine.recommend(asked, 900 * 31 * MINUTE_MS).results[0].probability

    assert chance("i1") == pytest.approx(0.3, abs=0.05)
    assert chance("i0") == pytest.approx(0.8, abs=0.08)


def test_open_impressions_with_parts_are_the_same_after_a_restart():
    engine = shop()
    for n in range(40):
        rewards = (0.25, None, 1.0, 0.0, -0.5)
        engine.apply(Entry(n, rated(n, f"i{n % 4}", rewards[n % 5], visitor=f"v{n % 7}")))
    again = Engine.restore(engine.capture())
    assert again.digest() == engine.digest()
    for each in (engine, again):
        each.apply(Entry(40 * MINUTE_MS, (act("later"),)))
        assert each.lookups.counts()["open_impressions"] == 0
    assert again.digest() == engine.digest()


def test_no_part_is_stored_where_all_acts_are_whole():
    engine = shop()
    engine.apply(Entry(0, rated(1, "i1", 1.0)))
    assert "parts" not in engine.parts.attribution.state().tree()
    engine.apply(Entry(0, rated(2, "i1", 0.5, visitor="bob")))
    assert engine.parts.attribution.state().tree()["parts"].tolist() == [1.0, 0.5]
    engine.apply(Entry(0, (act("whole", visitor="bob"),)))  # the best act of a slot counts
    assert "parts" not in engine.parts.attribution.state().tree()


@pytest.mark.parametrize("reward", [math.nan, math.inf, -math.inf, 2.0, -2.0, 1.0000001, 1e308])
def test_a_reward_beyond_one_is_no_reward(reward):
    reason = quarantine_reason(act("e1", reward=reward), EngineSettings())
    assert reason.startswith("reward: ")
    assert "from -1 to 1" in reason
    engine = shop()
    before = engine.digest()
    outcome = engine.apply(Entry(0, (act("e1", reward=reward),)))[0]
    assert outcome.status is Status.QUARANTINED
    assert engine.digest() == before


@pytest.mark.parametrize("kind", ["impression", "logout"])
def test_what_is_no_outcome_has_no_reward(kind):
    items = () if kind == "logout" else (EventItem("i1"),)
    reason = quarantine_reason(Event("e", kind, "v", items=items, reward=0.5), EngineSettings())
    assert reason.startswith("reward: ")
    assert kind in reason


def test_the_same_id_with_another_reward_is_another_event():
    event = partial(Event, "e", "click", "ann", items=(EventItem("i1"),))
    one, other, none = (fingerprint(event(reward=r)) for r in (0.3, 0.4, None))
    assert len({one, other, none}) == 3


def test_a_river_model_that_takes_weights_learns_parts():
    def odds_after(chosen, weight):
        ranker = RiverRanker(linear_model.LogisticRegression(), ("price",), ())
        rows, context = np.array([[1.0]], np.float32), np.zeros(0, np.float32)
        for _ in range(50):
            args = rows, context, np.array([0]), np.array([chosen], np.float32)
            ranker.learn_many(*args, outside=True, weight=weight)
        return float(ranker.score_many(rows, context, np.array([0]))[0])

    assert odds_after(1.0, 1.0) > odds_after(1.0, 0.3) > 0.0
    assert odds_after(0.3, 1.0) < 0.0 < odds_after(0.7, 1.0)
