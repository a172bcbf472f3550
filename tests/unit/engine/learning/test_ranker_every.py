"""After a warm-up the ranker learns from one interaction of many; the counts from each."""

from __future__ import annotations

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.learning import learning
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.settings import EngineSettings

WARM_UP, EVENTS = 40, 120


def learned(every: int, events: int = EVENTS) -> Engine:
    engine = Engine(EngineSettings(ranker_every=every))
    for n in range(events):
        items = (EventItem(f"i{n * 7 % 11}"),)
        event = Event(f"e{n}", "click", f"v{n % 5}", items=items)
        engine.apply(Entry(time_ms=1_000 * n, operations=(event,)))
    return engine


def steps(engine: Engine) -> int:
    return engine.parts.models.ranker.state()["_steps"]


@pytest.fixture(autouse=True)
def short_warm_up(monkeypatch):
    monkeypatch.setattr(learning, "WARM_UP_EVENTS", WARM_UP)


def test_the_ranker_learns_from_one_interaction_of_four_and_from_measured_ones():
    before = steps(learned(4, WARM_UP))
    after, some = steps(learned(1)) - before, steps(learned(4)) - before
    assert after * 0.25 <= some <= after * 0.4  # 6 of 20: multiples of 4, and 10 of 20


def test_the_counts_learn_from_each():
    each, some = learned(1).parts, learned(4).parts
    assert some.models.activity.events == each.models.activity.events
    assert (some.models.activity.counts == each.models.activity.counts).all()
    assert some.models.companions.state()["count"] == each.models.companions.state()["count"]


def test_every_interaction_of_the_warm_up_is_learned(monkeypatch):
    monkeypatch.setattr(learning, "WARM_UP_EVENTS", EVENTS)
    assert learned(1).digest() != learned(4).digest()  # the setting itself is state
    assert steps(learned(4)) == steps(learned(1))
