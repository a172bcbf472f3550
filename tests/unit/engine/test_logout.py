"""A logout ends the visitor's link to the account, by its own time; what is anonymous stays."""

import itertools

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, UserErase, UserWrite, VisitorUnlink
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

SECOND_MS = 1_000
NOW_MS = 1_000_000_000


def act(name, visitor="kiosk", user="", item="tent", at_s=None, kind="purchase", **more):
    items = () if kind == "logout" else (EventItem(item),)
    time_ms = None if at_s is None else NOW_MS + at_s * SECOND_MS
    return Event(name, kind, visitor, user_id=user, items=items, event_time_ms=time_ms, **more)


def shop(*operations):
    """Return an engine with a crowd in it, an account with a feature, and these operations."""
    engine = Engine(EngineSettings(hide_days={"purchase": 30.0}))
    names = ("tent", "stove", "boots", "rope")
    crowd = tuple(act(f"c{n}", f"v{n % 9}", item=names[n % 4], kind="view") for n in range(60))
    engine.apply(Entry(NOW_MS - 60_000, (*crowd, UserWrite("alice", (("club", "gold"),)))))
    fold(engine, *operations)
    return engine


def fold(engine, *operations):
    outcomes = engine.apply(Entry(NOW_MS, operations))
    assert {outcome.status for outcome in outcomes} <= {Status.CREATED}


def account(engine, visitor="kiosk"):
    found = engine.lookups.get_user("", visitor)
    return found.user_id if found else None


def listed(engine, visitor="kiosk"):
    """Return the whole answer, without the name of who asked."""
    request = RecommendRequest(visitor, "r", placement="home", explain=True)
    return engine.recommend(request, NOW_MS + 5_000).results


ENDS = [VisitorUnlink("kiosk"), act("out", kind="logout"), act("out", user="alice", kind="logout")]


@pytest.mark.parametrize("end", ENDS)
def test_after_it_the_visitor_is_asked_for_as_a_stranger(end):
    engine = shop(act("e1", user="alice"), act("e2", user="alice", item="boots", kind="dislike"))
    stranger = listed(engine, "stranger")
    assert listed(engine) != stranger
    assert account(engine) == "alice"
    fold(engine, end)
    assert listed(engine) == stranger
    assert account(engine) == ""
    assert engine.lookups.get_user("alice", "").visitor_ids == ()
    assert {one.item_id for one in engine.lookups.get_user("alice", "").history} == {
        "tent",
        "boots",
    }
    assert Engine.restore(engine.capture()).digest() == engine.digest()


@pytest.mark.parametrize("end", ENDS)
def test_what_was_done_anonymously_stays(end):
    engine = shop(act("e0", item="rope", kind="view"), act("e1", user="alice"), end)
    assert [one.item_id for one in engine.lookups.get_user("", "kiosk").history] == ["rope"]
    only_rope = shop(act("e0", item="rope", kind="view"))
    assert account(only_rope) == account(engine) == ""


@pytest.mark.parametrize("end", ENDS)
def test_of_a_stranger_it_leaves_nothing(end):
    engine = shop(end)
    assert engine.lookups.get_user("", "kiosk") is None
    assert listed(engine) == listed(engine, "stranger")


def test_it_teaches_nothing_and_names_no_item():
    engine = shop(act("e1", user="alice"))
    before = engine.lookups.metrics()
    fold(engine, act("out", kind="logout"))
    assert engine.lookups.metrics() == before
    named = Event("x", "logout", "kiosk", items=(EventItem("tent"),))
    (outcome,) = engine.apply(Entry(NOW_MS, (named,)))
    assert (outcome.status, outcome.detail) == (
        Status.QUARANTINED, "items: a logout names no item",
    )  # fmt: skip


def test_another_accounts_logout_ends_nothing():
    """Bob has taken over the device; that Alice's app logs out late is no reason to forget him."""
    engine = shop(act("e1", user="alice"), act("e2", user="bob"))
    fold(engine, act("out", user="alice", kind="logout"))
    assert account(engine) == "bob"


def test_a_logout_that_is_sent_again_ends_no_later_link():
    out = act("out", kind="logout")
    engine = shop(act("e1", user="alice"), out, act("e2", user="bob"))
    (outcome,) = engine.apply(Entry(NOW_MS, (out,)))
    assert outcome.status is Status.EXISTS
    assert account(engine) == "bob"


def test_in_whatever_order_they_arrive_the_latest_by_time_counts():
    """Events wait in buffers of apps: none that is late undoes what happened after it."""
    day = [
        act("e1", user="alice", at_s=-400),
        act("e2", at_s=-300, kind="logout"),
        act("e3", user="bob", at_s=-200, item="stove"),
        act("e4", at_s=-100, kind="logout"),
    ]
    for order in itertools.permutations(day):
        engine = Engine()
        fold(engine, act("e0", item="rope", kind="view", at_s=-500), *order)
        assert account(engine) == "", [one.event_id for one in order]
    day[1] = act("e2", user="alice", at_s=-300, kind="logout")
    for order in itertools.permutations(day[:3]):
        engine = Engine()
        fold(engine, act("e0", item="rope", kind="view", at_s=-500), *order)
        assert account(engine) == "bob", [one.event_id for one in order]


def test_a_visitor_who_logged_out_is_not_erased_with_the_account():
    engine = shop(act("e0", item="rope", kind="view"), act("e1", user="alice"))
    fold(engine, VisitorUnlink("kiosk"))
    visitors = engine.lookups.get_user("alice", "").visitor_ids
    engine.apply(Entry(NOW_MS, (UserErase("alice", visitors),)))
    assert engine.lookups.get_user("alice", "") is None
    assert [one.item_id for one in engine.lookups.get_user("", "kiosk").history] == ["rope"]
