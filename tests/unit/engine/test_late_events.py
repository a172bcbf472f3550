"""A history is in the order of event_time: a late event takes its place, and teaches its past."""

import itertools
import random

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.learning import learning
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

DAY_MS = 86_400_000
NOW_MS = 1_700_000_000_000
KINDS = ("tent", "paper", "lamp")


def act(name, visitor, item, at_ms=None, kind="click", **more):
    return Event(
        name, kind, visitor, items=(EventItem(item),), event_time_ms=at_ms, **more
    )  # fmt: skip


def shop(seed=1, hide_days=None):
    """Return a shop of 3 kinds of 20 items; each of 300 visitors clicks within one kind."""
    rng, engine = random.Random(seed), Engine(EngineSettings(hide_days=hide_days or {}))
    visitors = list(range(300))
    rng.shuffle(visitors)
    for n in visitors:
        items = rng.sample(range(20), 5)
        clicks = [act(f"c{n}-{i}", f"v{n}", f"{KINDS[n % 3]}-{i}") for i in items]
        engine.apply(Entry(NOW_MS - 10_000, tuple(clicks)))
    return engine


def fold(engine, *events):
    for event in events:
        engine.apply(Entry(NOW_MS, (event,)))


def history(engine, visitor="ann", user=""):
    return [one.item_id for one in engine.lookups.get_user(user, visitor).history]


TENTS = [act(f"t{n}", "ann", f"tent-{n}") for n in (3, 5, 7)]
PAPERS = [
    act(f"p{n}", "ann", f"paper-{n}", NOW_MS - 30 * DAY_MS + n, kind="purchase") for n in (1, 2)
]
ORDERS = [[*TENTS, *PAPERS], [*PAPERS, *TENTS], [TENTS[0], PAPERS[1], *TENTS[1:], PAPERS[0]]]


@pytest.mark.parametrize("order", range(3))
@pytest.mark.parametrize("seed", [1, 2])
def test_old_purchases_that_arrive_late_are_not_the_latest_interest(seed, order):
    engine = shop(seed)
    fold(engine, *ORDERS[order])
    assert history(engine) == ["tent-7", "tent-5", "tent-3", "paper-2", "paper-1"]
    request = RecommendRequest("ann", "r", page_size=10, explore=False)
    listed = [result.item_id for result in engine.recommend(request, NOW_MS).results]
    assert sum(item.startswith("tent") for item in listed) >= 5
    assert Engine.restore(engine.capture()).digest() == engine.digest()


def test_any_order_of_arrival_gives_the_same_history():
    """Also over a visitor and an account, and with an item that is refused."""
    day = [
        act("e1", "ann", "tent-1", NOW_MS - 500),
        act("e2", "ann", "tent-2", NOW_MS - 400, kind="dislike"),
        act("e3", "ann", "tent-3", NOW_MS - 300, user_id="acc"),
        act("e4", "ann", "tent-5", NOW_MS - 200),
        act("e5", "ann", "tent-4", NOW_MS - 100, user_id="acc"),
    ]
    for order in itertools.permutations(day):
        engine = Engine()
        fold(engine, *order)
        found = engine.lookups.get_user("", "ann").history
        names = ["tent-4", "tent-5", "tent-3", "tent-2", "tent-1"]
        assert [one.item_id for one in found] == names
        assert [one.refused for one in found] == [name == "tent-2" for name in names]


@pytest.mark.parametrize(
    ("first", "last", "refused"), [("dislike", "click", False), ("click", "dislike", True)]
)
def test_the_latest_by_time_decides_whether_an_item_is_refused(first, last, refused):
    acts = [act("e1", "ann", "x", NOW_MS - 9, first), act("e2", "ann", "x", NOW_MS - 5, last)]
    for order in (acts, acts[::-1]):
        engine = Engine()
        fold(engine, *order)
        (found,) = engine.lookups.get_user("", "ann").history
        assert found.refused is refused
        assert found.time_ms == NOW_MS - 5


def test_a_late_event_is_learned_from_what_was_before_it(monkeypatch):
    """No item follows one that was chosen after it; the session is that of its own time."""
    engine, learned = Engine(), []
    visitors = engine.parts.visitors

    def noting(table, profiles, *more):
        """Note what the kernel is about to learn from, and whether it begins a session."""
        (act,) = engine.parts.learning.acts.table()[:1].tolist()
        history = visitors.history("ann", "", f"s{len(learned)}", act[5], of_past=True)
        names = [engine.parts.catalogue.ids[i] for i in history.items]
        learned.append((names, history.session_length, round(history.gap_s)))
        return learn(table, profiles, *more)

    learn = learning.learn_acts
    monkeypatch.setattr(learning, "learn_acts", noting)
    at = [NOW_MS - 40 * DAY_MS, NOW_MS - 30 * DAY_MS, NOW_MS - 30 * DAY_MS + 60_000, NOW_MS]
    for n in (0, 3, 1, 2):
        fold(engine, act(f"e{n}", "ann", f"i{n}", at[n], session_id=f"s{n}"))
    assert learned == [
        ([], 0, 0),
        (["i0"], 0, 40 * 86_400),
        (["i0"], 0, 10 * 86_400),
        (["i1", "i0"], 1, 60),
    ]
    starts = engine.parts.models.starts.stored[:, 0] > 0
    begun = [engine.parts.catalogue.ids[i] for i in np.flatnonzero(starts)]
    assert sorted(begun) == ["i0", "i1", "i3"]  # the act on i2 went on with the session of i1
    # the present session goes on as if nothing had come late
    present = engine.parts.visitors.history("ann", "", "s3", NOW_MS / 1000 + 60)
    assert present.session_length == 1
    assert present.latest == engine.parts.catalogue.number("i3")


def test_of_a_full_history_the_oldest_by_time_goes():
    engine = Engine()
    times = np.random.default_rng(1).permutation(260)
    fold(engine, *(act(f"e{t}", "ann", f"i{t}", NOW_MS - 1_000 + int(t)) for t in times))
    assert history(engine) == [f"i{t}" for t in range(259, 59, -1)]
    fold(engine, act("late", "ann", "i0", NOW_MS - DAY_MS))
    assert len(history(engine)) == 200
    assert "i0" not in history(engine)


def test_an_item_is_hidden_from_when_it_was_bought():
    """Not from when that is reported: what was bought long ago may be bought again."""
    engine = shop(hide_days={"purchase-complete": 30.0})
    fold(
        engine,
        act("old", "ann", "tent-1", NOW_MS - 31 * DAY_MS, kind="purchase"),
        act("late", "ann", "tent-2", NOW_MS - 20 * DAY_MS, kind="purchase"),
    )
    hidden = engine.parts.hiding.hidden(("vann",), NOW_MS).tolist()
    assert [engine.parts.catalogue.ids[item] for item in hidden] == ["tent-2"]
    assert not len(engine.parts.hiding.hidden(("vann",), NOW_MS + 10 * DAY_MS))
