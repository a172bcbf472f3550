"""Somebody is forgotten at once: profile, history, links, rules, windows, ids; nobody else is."""

from headwater_server.engine.engine import Engine
from headwater_server.engine.intake.deduplication import owner_of
from headwater_server.engine.messages.entries import Entry, UserErase, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.profile_rows import hashed


def act(event_id, visitor, item, user="", kind="purchase"):
    return Event(event_id, kind, visitor, user_id=user, items=(EventItem(item),))


def shop():
    """Ann bought on a phone and a laptop, once before she logged in; Bob bought too."""
    engine = Engine(EngineSettings(hide_days={"purchase": 30.0}))
    operations = (
        act("e1", "phone", "tent"),
        act("e2", "phone", "boots", "ann"),
        act("e3", "laptop", "stove", "ann"),
        act("e4", "tablet", "tent", "bob"),
        act("e5", "phone", "stove", "ann", kind="impression"),
        UserWrite("ann", (("segment", "vip"),)),
        UserWrite("bob", (("segment", "new"),)),
    )
    engine.apply(Entry(1_000, operations))
    return engine


def erase(engine, user="", *visitors):
    return engine.apply(Entry(2_000, (UserErase(user, visitors),)))[0].status


def hidden(engine, visitor):
    asked = RecommendRequest(visitor, "r", candidate_item_ids=("tent", "boots", "stove"))
    shown = {result.item_id for result in engine.recommend(asked, 3_000).results}
    return {"tent", "boots", "stove"} - shown


def test_nothing_of_an_erased_account_and_its_visitors_is_known():
    engine = shop()
    assert engine.lookups.get_user("ann", "").visitor_ids == ("laptop", "phone")
    assert hidden(engine, "phone") == {"tent", "boots", "stove"}
    assert erase(engine, "ann", "laptop", "phone") is Status.CREATED
    assert engine.lookups.get_user("ann", "") is None
    assert engine.lookups.get_user("", "phone") is None
    assert hidden(engine, "phone") == set()
    assert engine.lookups.counts()["open_impressions"] == 0
    known = repr(engine.capture())
    assert "tablet" in known
    assert "phone" not in known
    assert "'ann'" not in known
    assert "'uann" not in known


def test_no_cache_keeps_the_names():
    engine = shop()
    assert owner_of.cache_info().currsize > 0
    assert hashed.cache_info().currsize > 0
    erase(engine, "ann", "laptop", "phone")
    assert owner_of.cache_info().currsize == hashed.cache_info().currsize == 0


def test_nobody_else_is_forgotten():
    engine = shop()
    before = engine.lookups.get_user("bob", "")
    erase(engine, "ann", "laptop", "phone")
    assert engine.lookups.get_user("bob", "") == before
    assert hidden(engine, "tablet") == {"tent"}
    repeated = engine.apply(Entry(2_000, (act("e4", "tablet", "tent", "bob"),)))
    assert repeated[0].status is Status.EXISTS


AGAIN = (act("e1", "phone", "tent"), act("e2", "phone", "boots", "ann"))


def test_what_is_sent_again_is_not_learned_again():
    """A retry, from a buffer or after a lost answer, undoes no erasure: not after a restart."""
    engine = shop()
    erase(engine, "ann", "phone")
    digest = engine.digest()
    for each in (engine, Engine.restore(engine.capture())):
        outcomes = each.apply(Entry(2_000, AGAIN))
        assert [o.status for o in outcomes] == [Status.EXISTS] * 2
        assert all("erased" in o.detail for o in outcomes)
        assert each.lookups.get_user("ann", "") is None
        assert each.lookups.get_user("", "phone") is None
        assert each.digest() == digest


def test_what_comes_with_new_ids_is_a_strangers():
    engine = shop()
    erase(engine, "ann", "laptop", "phone")
    new = (act("e11", "phone", "tent"), act("e12", "phone", "boots", "ann"))
    assert [o.status for o in engine.apply(Entry(2_000, new))] == [Status.CREATED] * 2
    history = engine.lookups.get_user("ann", "").history
    assert {one.item_id: one.count for one in history} == {"boots": 1}


def test_after_the_window_an_erased_id_is_new():
    engine = shop()
    erase(engine, "ann", "phone")
    later_ms = 1_000 + round(engine.settings.deduplication_window_hours * 3_600_000)
    assert [o.status for o in engine.apply(Entry(later_ms, AGAIN))] == [Status.CREATED] * 2


def test_a_visitor_alone_is_forgotten_without_the_account():
    """The anonymous part and the link go; what was done while logged in stays the account's."""
    engine = shop()
    erase(engine, "", "phone")
    assert engine.lookups.get_user("", "phone") is None
    assert engine.lookups.get_user("ann", "").visitor_ids == ("laptop",)
    assert {one.item_id for one in engine.lookups.get_user("ann", "").history} == {"boots", "stove"}


def test_of_a_stranger_nothing_changes():
    """Not the clock either: a log with the entry folds to the same state as one without."""
    engine = shop()
    before = engine.digest()
    erase(engine, "nobody", "no visitor")
    assert engine.digest() == before


def test_it_is_the_same_after_a_restart():
    engine = shop()
    again = Engine.restore(engine.capture())
    for each in (engine, again):
        erase(each, "ann", "phone", "laptop")
        each.apply(Entry(3_000, (act("e9", "phone", "tent"),)))
    assert again.digest() == engine.digest()
    assert Engine.restore(engine.capture()).digest() == engine.digest()
