"""Which choices are opened, by whom they are settled, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.asked import Question
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemWrite,
    UserErase,
    UserWrite,
)
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.bandit.contexts import key_of

ITEMS = ("tea", "coffee", "milk", "juice", "water")
LATER_MS = 31 * 60_000
MOBILE, VIP = (("device", "mobile"),), (("seg", "vip"),)


@pytest.fixture
def engine():
    engine = Engine()
    engine.apply(Entry(1, tuple(ItemWrite(Item(name)) for name in ITEMS)))
    return engine


def slate(name, context=(), *, first="tea", asked=True):
    """Return the list of a choice, ``first`` on top."""
    shown = (first, *(item for item in ITEMS if item != first))
    question = Question(5, ITEMS, context=context, first_slot=True) if asked else None
    return Slate(name, "bandit", "", shown, (0.2,) * 5, question=question)


def seen(name, of, item="tea", visitor="v", **more):
    """Return a report that an item was shown; no item: the list was."""
    items = (EventItem(item),) if item else ()
    return Event(name, "impression", visitor, items=items, slate=of, **more)


def act(name, of, item="tea", visitor="v", **more):
    """Return an act on an item, with the token."""
    given = {"reward": 1.0} | more
    return Event(name, "click", visitor, items=(EventItem(item),), slate=of, **given)


def apply(engine, now_ms, *events):
    """Apply events in one entry."""
    engine.apply(Entry(now_ms, events))


def later(engine):
    """Let all windows close."""
    apply(engine, LATER_MS, Event("later", "click", "somebody", items=(EventItem("water"),)))


def learned(engine):
    """Return (number of rewards, their sum by item)."""
    state = engine.parts.models.bandit.state()
    return state["sums"][0], dict(zip(state["ids"], state["totals"], strict=True))


def vector_of(engine, name="r"):
    """Return the open choice's vector, as lists."""
    places, values, unknown = engine.parts.impressions.decisions._open[name].vector
    return places.tolist(), values.tolist(), unknown


def test_a_choice_that_is_open_and_not_learned_survives_a_restart(engine):
    apply(engine, 10, seen("s1", slate("r1", MOBILE)))
    other = Engine.restore(engine.capture())
    for one in (engine, other):
        apply(one, 20, seen("s2", slate("r2", VIP)))
        assert vector_of(one, "r2")[0] == [0, 3]
        apply(one, 30, act("a1", slate("r1", MOBILE)))
    assert other.digest() == engine.digest()


def test_a_restart_does_not_forget_when_a_choice_was_learned(engine):
    apply(engine, 10, seen("s", slate("r")), act("a", slate("r"), reward=0.3))
    other = Engine.restore(engine.capture())
    for one in (engine, other):
        apply(one, 20, act("b", slate("r")))
        assert learned(one) == (1, {"tea": 1.0})
    assert other.digest() == engine.digest()


@pytest.mark.parametrize("from_page", [False, True])
def test_the_context_is_that_of_the_question(engine, from_page):
    """A report names no context, or a false one: the choice was drawn with the question's."""
    for number, reported in enumerate([(), (("junk", f"{from_page}"),)]):
        name = f"r{number}"
        more = {"context": reported, "from_page": from_page}
        apply(engine, 10 + number, seen(f"s{number}", slate(name, MOBILE), **more))
        assert vector_of(engine, name) == ([0, 2], [1.0, 1.0], 0.0)
    assert engine.parts.models.bandit.contexts.state()["names"] == [key_of("device=mobile")]


@pytest.mark.parametrize(("from_page", "names"), [(False, 1), (True, 0)])
def test_without_a_question_only_a_backend_names_the_context(engine, from_page, names):
    of = slate("r", asked=False)
    apply(engine, 10, seen("s", of, context=MOBILE, from_page=from_page))
    assert len(engine.parts.impressions.decisions) == 1
    assert len(engine.parts.models.bandit.contexts.state()["names"]) == names


def test_pages_cannot_fill_the_places_of_names(engine):
    for number in range(200):
        context = tuple((f"junk{number}-{n}", "x") for n in range(3))
        apply(engine, 10 + number, seen(f"s{number}", slate(f"r{number}", MOBILE),
                                        context=context, from_page=True))  # fmt: skip
    assert len(engine.parts.models.bandit.contexts.state()["names"]) == 1


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"from_page": True}, True),  # with the backend's token
        ({"user_id": "ann"}, True),  # who logged in meanwhile
        ({"from_page": True, "self_asked": True}, False),  # a page chose the backend's id
        ({"visitor": "w"}, False),
        ({"visitor": "w", "user_id": "ann"}, False),
        ({"item": "milk"}, False),
    ],
)
def test_only_its_visitor_settles_a_choice_with_what_a_backend_confirms(engine, fields, counts):
    apply(engine, 10, seen("s", slate("r")))
    apply(engine, 20, act("a", slate("r"), **fields))
    assert learned(engine) == ((1, {"tea": 1.0}) if counts else (0, {}))
    assert len(engine.parts.impressions.decisions) == 1


@pytest.mark.parametrize("fields", [{"visitor": "w"}, {"item": "milk"}, {"item": ""}])
def test_a_page_that_chose_the_same_id_closes_nothing(engine, fields):
    """Its window is over first, and the backend's choice waits on for its own."""
    page = {"from_page": True, "self_asked": True}
    apply(engine, 10, seen("p", slate("r", first="milk"), **({"item": "milk"} | fields | page)))
    apply(engine, 20, act("q", slate("r"), fields.get("item") or "milk",
                          fields.get("visitor", "v"), **page))  # fmt: skip
    apply(engine, 60_000, seen("s", slate("r")))
    opened = len(engine.parts.impressions.decisions)
    apply(engine, 30 * 60_000 + 30, Event("x", "click", "y", items=(EventItem("water"),)))
    assert learned(engine) == (0, {})
    assert len(engine.parts.impressions.decisions) == opened
    later(engine)
    assert learned(engine) == ((1, {"tea": 0.0}) if opened else (0, {}))


def test_the_reward_of_another_slot_is_not_the_choices(engine):
    apply(engine, 10, seen("s", slate("r", first="coffee"), ""))
    apply(engine, 20, act("a", slate("r", first="coffee"), "milk"))
    later(engine)
    assert learned(engine) == (1, {"coffee": 0.0})


def test_the_reward_of_the_items_own_slot_is(engine):
    apply(engine, 10, seen("s", slate("r", first="coffee"), ""))
    apply(engine, 20, act("a", None, "coffee"))
    later(engine)
    assert learned(engine) == (1, {"coffee": 1.0})


def test_the_window_adds_nothing_to_what_the_token_said(engine):
    """It keeps rewards in fewer digits."""
    apply(engine, 10, seen("s", slate("r")), act("a", slate("r"), reward=0.3))
    later(engine)
    assert learned(engine) == (1, {"tea": 0.3})


def test_the_score_is_that_of_the_item_that_was_shown(engine):
    """Seen slots are in the order of the list, named items in the order of the report."""
    for number in range(30):
        item = ("milk", "juice")[number % 2]
        apply(engine, number + 2, act(f"h{number}", None, item))
    scores = []
    for items in (("tea",), ("milk",), ("tea", "milk")):
        other = Engine.restore(engine.capture())
        named = tuple(map(EventItem, items))
        of = slate("r", first="milk")
        apply(other, 200, Event("s", "impression", "v", items=named, slate=of))
        assert other.parts.impressions.decisions._open["r"].item_id == items[0]
        scores.append(other.parts.models.bandit.contexts.state()["moments"][0, 1])
    tea, milk, both = scores
    assert tea != milk
    assert both == pytest.approx(tea)


@pytest.mark.parametrize("item", ["soup", "cake"])
def test_what_was_no_slot_is_no_choice(engine, item):
    apply(engine, 5, Event("known", "click", "w", items=(EventItem("soup"),)))
    both = (EventItem(item), EventItem("milk"))
    apply(engine, 10, Event("s", "impression", "v", items=both, slate=slate("r")))
    assert engine.parts.impressions.decisions._open["r"].item_id == "milk"


def test_choices_of_removed_items_are_dropped():
    engine = Engine(EngineSettings(event_items_max=3))
    many = tuple(EventItem(name) for name in ITEMS[:3])
    apply(engine, 10, *(act(f"a{n}", None, item.item_id, "w") for n, item in enumerate(many)))
    of = Slate("r", "bandit", "", ITEMS[:3], (1 / 3,) * 3)
    apply(engine, 20, seen("s", of))
    assert len(engine.parts.impressions.decisions) == 1
    for number in range(10):
        apply(engine, 30 + number, act(f"n{number}", None, f"new {number}", "w"))
    assert len(engine.parts.attribution) == 0
    assert len(engine.parts.impressions.decisions) == 0


def test_an_erasure_leaves_no_name_in_the_memory(engine):
    apply(engine, 10, seen("s", slate("r", (("phone", "555 1234"),))))
    assert key_of.cache_info().currsize
    engine.apply(Entry(20, (UserErase("", ("v",)),)))
    assert key_of.cache_info().currsize == 0


def test_an_action_forgotten_and_entered_again_is_not_corrected(engine):
    """Its matrix is small again, and knows nothing of the reward that is to be corrected."""
    bandit = engine.parts.models.bandit
    wide = tuple((f"name{n}", "x") for n in range(6))
    apply(engine, 10, seen("s", slate("r", wide)), act("a", slate("r", wide), reward=0.3))
    assert max(vector_of(engine)[0]) >= 8
    for number in range(256):
        bandit.learn(f"other {number}", bandit.vector(()), 0.0)
    bandit.learn("tea", bandit.vector(()), 0.5)
    before = bandit.means(["tea"], [bandit.vector(())])
    apply(engine, 20, act("b", slate("r", wide)))
    assert np.array_equal(bandit.means(["tea"], [bandit.vector(())]), before)
    assert learned(engine)[1]["tea"] == 0.5


def test_a_choice_is_learned_under_the_account_that_asked_not_the_one_that_reports(engine):
    """The page may report it later, when somebody else is logged in."""
    vip, plain = (("segment", "vip"),), (("segment", "plain"),)
    users = (UserWrite("asked", vip), UserWrite("reports", plain))
    apply(engine, 5, *users)

    def shown(name, account, **more):
        one = slate(name, MOBILE)
        question = replace(one.question, user_id=account)
        return seen(f"s{name}", replace(one, question=question), visitor=name, **more)

    apply(engine, 10, shown("r1", "asked"), shown("r2", "asked", user_id="reports"))
    apply(engine, 10, shown("r3", "reports", user_id="reports"))
    asked, reported, other = (vector_of(engine, name) for name in ("r1", "r2", "r3"))
    assert asked == reported
    assert asked != other
