"""Who makes room in a full table: one-click visitors, before those who bought or refused."""

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

MOST = 200
DAY_MS = 86_400_000
BACKENDS = Slate("r", "best", "home", ("i1",), (1.0,))


class Table:
    """An engine with room for a few visitors, and the events that fill it."""

    def __init__(self, **settings):
        self.engine = Engine(EngineSettings(visitors_max=MOST, **settings))
        self.sent, self.now_ms = 0, DAY_MS

    def act(self, visitor, item="i1", kind="view", times=1, **more):
        for _ in range(times):
            self.sent += 1
            items = (EventItem(item),)
            event = Event(f"e{self.sent}", kind, visitor, items=items, **more)
            (outcome,) = self.engine.apply(Entry(self.now_ms, (event,)))
            assert outcome.status.value == "created", outcome

    def crowd(self, name, count, **more):
        for n in range(count):
            self.act(f"{name}-{n}", f"i{n % 9}", **more)

    def known(self, visitor="", user=""):
        return self.engine.lookups.get_user(user, visitor) is not None

    def count(self, name, count):
        return sum(self.known(f"{name}-{n}") for n in range(count))

    def listed(self, visitor):
        request = RecommendRequest(visitor, "r", page_size=100, explore=False)
        results = self.engine.recommend(request, self.now_ms).results
        return {result.item_id for result in results}


@pytest.fixture
def table():
    limits = {
        "page_visitor_events_per_minute_max": 0,
        "visitor_events_per_minute_max": 0,
        "catalogue_only": "nobody",
    }
    return Table(hide_days={"purchase-complete": 30.0, "view": 0.04, "dislike": 365.0}, **limits)


KEPT = {
    "buyer": {"kind": "purchase"},
    "refuser": {"kind": "dislike"},
    "returner": {"kind": "return"},
    "account": {"user_id": "ann"},
    "page buyer": {"kind": "purchase", "from_page": True},
    "page refuser": {"kind": "dismiss", "from_page": True},
    "proven": {"kind": "purchase", "from_page": True, "slate": BACKENDS},
}


@pytest.mark.parametrize("how", KEPT.values(), ids=KEPT)
def test_who_bought_refused_or_has_an_account_stays(table, how):
    table.act("ann", **how)
    before = table.engine.lookups.get_user(how.get("user_id", ""), "ann")
    table.crowd("bot", 3 * MOST)
    assert table.engine.lookups.get_user(how.get("user_id", ""), "ann") == before
    assert table.count("bot", 3 * MOST) < MOST
    assert Engine.restore(table.engine.capture()).digest() == table.engine.digest()


@pytest.mark.parametrize("bots", [{}, {"kind": "click", "from_page": True}], ids=["shop", "page"])
def test_one_click_is_not_enough(table, bots):
    table.act("ann")
    table.crowd("bot", 2 * MOST, **bots)
    assert not table.known("ann")


@pytest.mark.parametrize("kind", ["purchase", "dislike"])
def test_a_flood_of_a_pages_claims_pushes_out_no_confirmed_customer(table, kind):
    """Nor those of one click: claims are protected up to a quarter of the table."""
    table.act("ann", "i2", kind="purchase")
    table.crowd("real", MOST // 2)
    table.crowd("page", 3 * MOST, kind=kind, from_page=True)
    assert table.known("ann")
    assert table.count("real", MOST // 2) >= MOST // 10
    table.crowd("new", MOST)
    assert table.count("page", 3 * MOST) <= MOST // 4 + MOST // 64
    assert table.count("new", MOST) > MOST // 2


def test_newcomers_have_room_in_a_table_full_of_customers(table):
    table.crowd("buyer", 2 * MOST, kind="purchase")
    table.crowd("new", 10)
    assert table.count("new", 10) == 10
    table.act("new-9", "i8", kind="purchase")
    assert table.engine.lookups.counts()["visitors"] <= MOST


def test_the_link_of_an_account_stays(table):
    table.act("phone", "i3", user_id="ann")
    table.crowd("bot", 3 * MOST)
    assert table.engine.lookups.get_user("", "phone").user_id == "ann"


def test_features_of_accounts_are_no_room_for_visitors(table):
    table.engine.apply(Entry(table.now_ms, (UserWrite("ann", (("club", "gold"),)),)))
    table.crowd("bot", 3 * MOST)
    assert table.engine.lookups.get_user("ann", "").features == (("club", "gold"),)


@pytest.mark.parametrize("kind", ["view", "dislike", "purchase"])
@pytest.mark.parametrize("own", [True, False], ids=["her own profile", "other profiles"])
def test_hidden_items_outlive_a_flood_of_a_page(table, kind, own):
    """Neither other visitors nor what a page claims of her show her what she has bought."""
    table.crowd("crowd", 9)
    table.act("ann", "i2", kind="purchase")
    table.act("ann", "i4", kind="dislike")
    hidden = {"i2", "i4"}
    assert not hidden & table.listed("ann")
    if own:
        for n in range(1_100):
            table.act("ann", f"x{n}", kind=kind, from_page=True)
    else:
        table.crowd("bot", 3 * MOST, kind=kind, from_page=True)
    assert not hidden & table.listed("ann")


def test_what_is_hidden_no_longer_makes_room_first(table):
    """A purchase of a month ago goes before a view of this hour, of whatever class."""
    table.crowd("old", MOST - 1, kind="purchase")
    table.now_ms += 31 * DAY_MS
    table.crowd("new", MOST // 2)
    hidden = table.engine.parts.hiding.hidden
    gone = [n for n in range(MOST // 2) if not len(hidden((f"vnew-{n}",), table.now_ms))]
    assert gone == []
