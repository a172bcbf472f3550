"""The sentences of `explain` are true: each is compared with the shop it is about."""

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.explain.clauses import Clauses
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.results import Result
from headwater_server.engine.settings import EngineSettings

HOUR_MS = 3_600_000
KIT = ("bowl", "plate")
PLAIN = [f"plain {n}" for n in range(24)]


def _view(engine, visitor, item, hour, **fields):
    name = f"{visitor} {item} {hour}"
    event = Event(name, "view", visitor, items=(EventItem(item),), **fields)
    engine.apply(Entry(hour * HOUR_MS, (event,)))


def _shop(settings=None):
    """Return a shop with habits, whose explanations can be foretold.

    Boots lead to socks; who looks at a bowl looks at the plate of the same name next, which
    nobody saw before; seven visitors come back to their two items; all else is by turns.
    """
    engine = Engine(settings)
    kits = [Item(f"{what} {n}", title=f"ware{n} {what}") for n in range(60) for what in KIT]
    items = kits + [Item(name) for name in PLAIN]
    items += [
        Item("boots", title="Walking boots"),
        Item("socks", title="Wool socks"),
        Item("desk", title="Oak walnut desk"),
        Item("table", title="Low walnut oak table"),
    ]
    engine.apply(Entry(0, tuple(map(ItemWrite, items))))
    for n in range(60):
        _view(engine, f"v{n}", "boots", n)
        if n % 10:
            _view(engine, f"v{n}", "socks", n)
        for what in KIT:
            _view(engine, f"k{n}", f"{what} {n}", n)
        _view(engine, f"r{n % 7}", PLAIN[n % 7 + 7 * (n // 7 % 2)], n)
        _view(engine, f"w{n}", PLAIN[(7 * n + 3) % 20], n)
    return engine


@pytest.fixture(scope="module")
def shop():
    return _shop()


def _ask(engine, *context, page_size=100, now_hour=61, **fields):
    request = RecommendRequest(
        "stranger", "r", page_size=page_size, context_item_ids=context, explore=False,
        explain=True, **fields,
    )  # fmt: skip
    return {one.item_id: one for one in engine.recommend(request, now_hour * HOUR_MS).results}


def test_the_item_that_led_there_is_named_by_its_title(shop):
    """Of two items on the page, the sentence names the one that others came from."""
    socks = _ask(shop, "plain 3", "boots")["socks"]
    assert socks.explanation.startswith(
        "Visitors who came from Walking boots often went on to it"
    ) or socks.explanation.startswith("Visitors of Walking boots often chose it, too")
    assert "plain" not in socks.explanation
    assert {"next", "together"} <= set(socks.sources)


def test_often_is_not_said_of_what_happened_once():
    """One visitor's step is mentioned, without the word "often"."""
    engine = _shop()
    _view(engine, "ann", "desk", 60)
    _view(engine, "ann", "plain 21", 60)
    sentence = _ask(engine, "desk")["plain 21"].explanation
    assert "Oak walnut desk" in sentence
    assert "often" not in sentence


def test_shared_words_are_quoted_for_an_item_without_events(shop):
    """The table has no interaction: its words bring it, and only they are mentioned."""
    table = _ask(shop, "desk")["table"]
    assert "content" in table.sources
    assert "shares 'oak' and 'walnut' with Oak walnut desk" in table.explanation
    assert "popular" not in table.explanation
    assert "came from" not in table.explanation


def test_an_item_is_not_said_to_be_like_itself():
    """What a visitor saw before, and comes back to, is compared with the other items seen."""
    engine = _shop()
    for hour, item in enumerate(("table", "desk", "plain 3"), 61):
        _view(engine, "stranger", item, hour)
    history = engine.parts.visitors.history("stranger", "", "", 64 * 3600.0)
    clauses = Clauses(
        engine.parts.models, engine.parts.catalogue, history, engine.parts.explanations.of_week
    )
    number = engine.parts.catalogue.number
    assert clauses.content(number("table")) == "it shares 'oak' and 'walnut' with Oak walnut desk"
    assert clauses.content(number("plain 3")) == ""


def test_the_place_in_popularity_is_counted(shop):
    """Boots and socks were looked at most, and of the others none is called popular too soon."""
    explained = _ask(shop)
    ranks = {
        item: int(one.explanation.split("number ")[1].split()[0])
        for item, one in explained.items()
        if "popularity" in one.explanation
    }
    assert (ranks["boots"], ranks["socks"]) == (1, 2)
    assert max(ranks.values()) <= 30


def test_what_the_visitor_did_before_is_dated():
    """An item that a visitor came back to is explained with how often and when."""
    engine = _shop()
    for hour, item in ((61, "plain 5"), (62, "boots"), (63, "plain 5"), (64, "desk")):
        _view(engine, "stranger", item, hour)
    sentence = _ask(engine, now_hour=88)["plain 5"].explanation
    assert "he visitor chose it 2 times before, last 1 day ago" in sentence


def test_only_the_newest_items_are_called_new():
    """The 20 newest items are explained by their place, no others."""
    engine = _shop()
    engine.apply(Entry(61 * HOUR_MS, (ItemWrite(Item("lamp")),)))
    explained = _ask(engine)
    assert explained["lamp"].explanation == "No item is newer in the shop."
    called = {item for item, one in explained.items() if "newe" in one.explanation}
    assert {"lamp", "table"} <= called <= {"lamp", "table", "desk", "socks", "boots", *PLAIN[-15:]}
    assert "one of the 2 newest items" in explained["table"].explanation


def test_circumstances_are_mentioned_where_they_matter():
    """Mugs are looked at on the home page alone."""
    engine = _shop()
    for n in range(20):
        _view(engine, f"m{n}", "plain 22", 60, placement="home")
        _view(engine, f"n{n}", "plain 23", 60, placement="cart")
    explained = _ask(engine, placement="home")
    assert "chosen more in placement 'home' than elsewhere" in explained["plain 22"].explanation
    assert all("placement" not in explained[item].explanation for item in ("boots", "plain 23"))


def test_an_unknown_item_is_said_to_be_unknown(shop):
    """The caller may have anything ranked; of an unknown item nothing is claimed."""
    explained = _ask(shop, candidate_item_ids=("boots", "unknown"))
    assert explained["unknown"].explanation == "Nothing is known of it yet."


def test_what_exploration_brought_is_not_sold_as_the_best():
    """A slot far below its place by score says so."""
    engine = _shop(EngineSettings(exploration_epsilon=1.0))
    request = RecommendRequest("stranger", "r7", page_size=5, explain=True)
    asked = engine.recommend(request, 61 * HOUR_MS).results
    best = _ask(engine, page_size=5)
    for one in asked:
        says = "its score alone would not have put it on this list" in one.explanation.lower()
        assert says == (one.item_id not in best)


@pytest.mark.parametrize(
    "ranker",
    ["listwise", "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"],
)
def test_contributions_sum_to_the_score_and_are_in_order(ranker):
    """Largest magnitude first, then other, then the average; and no explanation, no cost."""
    engine = _shop(EngineSettings(ranker=ranker))
    for one in _ask(engine, "boots", placement="home").values():
        names = [name for name, _ in one.contributions]
        parts = [part for _, part in one.contributions]
        assert sum(parts) == pytest.approx(one.score, abs=1e-3)
        assert names[-1] == "average"
        ordered = [abs(p) for name, p in one.contributions if name not in ("other", "average")]
        assert ordered == sorted(ordered, reverse=True)
        assert len(names) == len(set(names)) <= 12
        assert one.explanation.endswith(".")
    request = RecommendRequest("stranger", "r", explore=False)
    plain = engine.recommend(request, 61 * HOUR_MS).results
    assert all(one.contributions == () and one.explanation == "" for one in plain)


def test_explaining_changes_nothing(shop):
    """Neither the list nor the state is another for being explained."""
    before = shop.digest()
    explained = shop.recommend(RecommendRequest("ann", "r9", explain=True), 61 * HOUR_MS).results
    plain = shop.recommend(RecommendRequest("ann", "r9"), 61 * HOUR_MS).results
    assert [one[:4] for one in explained] == [one[:4] for one in plain]
    assert shop.digest() == before


def test_what_rules_add_to_a_score_is_attributed_to_them(shop):
    """A slot whose score is not the ranker's own: the difference has a name."""
    items, scores = np.array([0, 1, 2], dtype=np.int32), np.array([1.0, 2.0, 3.0])
    slot = Result("plain 0", 6.0, None, 1.0)
    history = shop.parts.visitors.history("stranger", "", "", 0.0)
    shop.parts.ranking.given(history, items)
    (explained,) = shop.parts.explanations.explain((slot,), history, items, np.array([0]), scores)
    assert dict(explained.contributions)["rules"] == 5.0
    assert "rules" not in dict(_ask(shop)["boots"].contributions)
