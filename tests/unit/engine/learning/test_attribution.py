"""Open impressions of one visitor: bounded, and an act costs by those that it is for."""

import random
import time

import numpy as np

from headwater_server.engine.engine import Engine
from headwater_server.engine.learning.attribution import (
    OPEN_OF_PROFILE_MAX,
    Attribution,
    Impression,
)
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate

NOTHING = np.zeros(0, dtype=np.float32)


def shown(profile, name, items):
    numbers = np.array(items, dtype=np.int32)
    zeros = np.zeros(len(items), dtype=np.float32)
    features = np.zeros((len(items), 2), dtype=np.float16)
    buckets = np.zeros(0, dtype=np.int32)
    return Impression(
        profile, name, "home", True, "best", 10**9, 0, numbers, zeros, zeros, zeros, features,
        NOTHING, buckets, zeros,
    )  # fmt: skip


def rewards(attribution):
    columns = attribution.state().tree()
    return list(zip(columns["recommendation_id"], columns["rewards"].tolist(), strict=False))


def test_an_act_reaches_exactly_the_impressions_that_showed_the_item():
    """Beside lists of plain Python, with several visitors, drops and a restart in between."""
    rng, attribution, plain = random.Random(1), Attribution(1_000), []
    for step in range(600):
        who = f"v{rng.randrange(3)}"
        chance = rng.random()
        if chance < 0.4:
            items = [rng.randrange(12) for _ in range(rng.randint(1, 6))]
            attribution.open(shown(who, f"r{step}", items))
            plain.append([who, f"r{step}", items, [0.0] * len(items)])
        elif chance < 0.9:
            acted, reward = [rng.randrange(12) for _ in range(rng.randint(1, 3))], rng.random()
            attribution.act(who, acted, reward)
            for owner, _, items, got in plain:
                for place, item in enumerate(items):
                    if owner == who and item in acted:
                        got[place] = max(got[place], np.float32(reward))
        elif chance < 0.93:
            gone = rng.randrange(12)
            for _ in attribution.forgetting(np.array([gone], dtype=np.int32)):
                pass
            plain = [one for one in plain if gone not in one[2]]
        elif chance < 0.95:
            attribution.forget(who)
            plain = [one for one in plain if one[0] != who]
        else:
            state = attribution.state().tree()
            attribution = Attribution(1_000)
            attribution.load(state)
        for owner, name, items, _ in plain:
            assert all(attribution.is_reported(owner, name, item) for item in items)
            assert not attribution.is_reported(owner, "other", items[0])
    state = attribution.state().tree()
    assert state["rewards"].tolist() == [reward for one in plain for reward in one[3]]
    assert len(plain) > 20


def shop(items=100):
    engine = Engine()
    engine.apply(Entry(0, tuple(ItemWrite(Item(f"i{n}")) for n in range(items))))
    return engine


def seen(n, items=("i1",), visitor="ann"):
    slate = Slate(f"r{n}", "best", "home", tuple(items), (1.0,) * len(items))
    return Event(f"seen {visitor} {n}", "impression", visitor, slate=slate)


def test_with_too_many_the_oldest_closes_and_is_learned_from():
    """Nothing is lost: its window is over earlier. Others' windows stay as they are."""
    engine = shop()
    engine.apply(Entry(1_000, (seen(0, visitor="bob"),)))
    more = 7
    for n in range(OPEN_OF_PROFILE_MAX + more):
        engine.apply(Entry(2_000, (seen(n),)))
    again = Engine.restore(engine.capture())
    for each in (engine, again):
        each.apply(Entry(2_001, (Event("e1", "click", "bob", items=(EventItem("i5"),)),)))
        assert each.lookups.counts()["open_impressions"] == OPEN_OF_PROFILE_MAX + 1
        attribution = each.parts.attribution
        number = each.parts.catalogue.number("i1")
        reported = [n for n in range(more + 1) if attribution.is_reported("vann", f"r{n}", number)]
        assert reported == [more]
        assert attribution.is_reported("vbob", "r0", number)
    assert again.digest() == engine.digest()


def test_one_act_on_many_items_costs_little_however_much_was_shown():
    """790 ms before, for 1,804 open impressions and 100 items."""
    attribution = Attribution(1_000)
    names = list(range(100))
    for n in range(OPEN_OF_PROFILE_MAX):
        attribution.open(shown("vann", f"r{n}", names))
    costs = []
    for n in range(5):
        start_s = time.process_time()
        attribution.act("vann", names, 0.1 + n / 10)
        costs.append(time.process_time() - start_s)
    assert min(costs) < 0.05
