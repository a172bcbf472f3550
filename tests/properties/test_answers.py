"""What an answer promises: its visitor's last act, the caller's rules, propensities."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

from .shop import ITEMS, OPERATIONS, VISITORS, ask, busy_engine, fold

SUBSETS = st.lists(st.sampled_from((*ITEMS, "unknown 1", "unknown 2")), max_size=12).map(tuple)


@given(
    operations=OPERATIONS,
    visitor=st.sampled_from((*VISITORS, "stranger")),
    excluded=SUBSETS,
    given_ids=SUBSETS,
    size=st.integers(1, 40),
    explore=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_no_list_holds_what_it_must_not(operations, visitor, excluded, given_ids, size, explore):
    """Nothing excluded, unavailable or twice; only the caller's candidates; all finite."""
    engine = fold(operations)
    request = RecommendRequest(
        visitor, "r", page_size=size, candidate_item_ids=given_ids,
        exclude_item_ids=excluded, explore=explore,
    )  # fmt: skip
    results = engine.recommend(request, now_ms=10**7).results
    ids = [result.item_id for result in results]
    assert len(ids) == len(set(ids)) <= size
    assert not set(ids) & set(excluded)
    assert not given_ids or set(ids) <= set(given_ids)
    assert all((item := engine.lookups.get_item(i)) is None or item.available for i in ids)
    for result in results:
        assert math.isfinite(result.score)
        assert 0.0 < result.propensity <= 1.0
        assert result.probability is None or 0.0 <= result.probability <= 1.0


def test_the_next_answer_has_learned():
    """A click on an item is seen in the visitor's very next answer: what goes with it rises."""
    engine = Engine()
    time_ms = 0
    for n in range(60):
        pair = ("tent", "stove") if n % 2 else ("pan", "whisk")
        for item in pair:
            time_ms += 1000
            event = Event(f"{n} {item}", "click", f"v{n}", items=(EventItem(item),))
            engine.apply(Entry(time_ms, (event,)))
    before = ask(engine, "new", time_ms)
    engine.apply(Entry(time_ms, (Event("now", "click", "new", items=(EventItem("pan"),)),)))
    after = ask(engine, "new", time_ms)
    assert after[0] == "whisk"
    assert "pan" not in after
    assert before != after


def test_an_item_without_interactions_is_found_by_its_words():
    """In a shop where visitors keep to a category, new lamps are shown to who looks at lamps."""
    engine, time_ms = Engine(), 0
    kinds = ("lamp", "chair", "rug", "vase")
    for n in range(80):
        kind = kinds[n % 4]
        item = Item(f"{kind} {n}", title=f"{kind} model {n}", categories=(kind,))
        engine.apply(Entry(time_ms, (ItemWrite(item),)))
    for n in range(1500):
        time_ms += 1000
        item_id = f"{kinds[n % 4]} {n * 7 % 20 * 4 + n % 4}"
        event = Event(f"e{n}", "view", f"v{n % 52}", items=(EventItem(item_id),))
        engine.apply(Entry(time_ms, (event,)))
    new = tuple(
        ItemWrite(Item(f"new lamp {n}", title="lamp of brass", categories=("lamp",)))
        for n in range(5)
    )
    engine.apply(Entry(time_ms, new))
    engine.apply(Entry(time_ms, (Event("look", "view", "ann", items=(EventItem("lamp 4"),)),)))
    found = ask(engine, "ann", time_ms, page_size=100)
    places = [place for place, item in enumerate(found) if item.startswith("new lamp")]
    others = [place for place, item in enumerate(found) if not item.split()[-2].endswith("lamp")]
    assert len(places) == 5
    assert sum(places) / len(places) < sum(others) / len(others)


def test_a_disliked_item_is_not_shown_again_to_its_visitor():
    """Others still get it; the visitor gets it again only after another interaction."""
    engine = busy_engine()
    disliked = ask(engine, "visitor 1")[3]
    assert disliked in ask(engine, "stranger", page_size=100)
    dislike = Event("no", "dislike", "visitor 1", items=(EventItem(disliked),))
    engine.apply(Entry(10**6, (dislike,)))
    assert disliked not in ask(engine, "visitor 1", page_size=100)
    assert disliked in ask(engine, "stranger", page_size=100)
    other = "item 9" if disliked != "item 9" else "item 8"  # the latest is not shown either
    acts = [Event(f"a{i}", "click", "visitor 1", items=(EventItem(i),)) for i in (disliked, other)]
    engine.apply(Entry(10**6, tuple(acts)))
    assert disliked in ask(engine, "visitor 1", page_size=100)


def test_impressions_become_negatives_only_when_reported_and_closed():
    """Of two items shown side by side, the one that nobody chooses falls behind the other."""
    engine = busy_engine(events=600)
    shown = ("item 7", "item 8")
    before = _lead(engine, *shown)
    for n in range(400):
        time_ms, passer_by = 10**6 + n, f"passer-by {n}"
        slate = Slate(f"r{n}", "best", "home", shown, (1.0, 1.0))
        engine.apply(Entry(time_ms, (Event(f"seen {n}", "impression", passer_by, slate=slate),)))
        assert engine.lookups.counts()["open_impressions"] == n + 1
    assert _lead(engine, *shown) == pytest.approx(before)
    for n in range(0, 400, 3):
        # not by an event, which would also teach that the item is popular
        engine.parts.attribution.act(
            f"vpasser-by {n}", [engine.parts.catalogue.number("item 8")], 0.3
        )
    engine.apply(Entry(10**8, (Event("tick", "click", "x", items=(EventItem("item 9"),)),)))
    assert engine.lookups.counts()["open_impressions"] == 0
    assert _lead(engine, *shown) < before - 0.05


def _lead(engine, first, second):
    """By how much the first item is ahead of the second, for a stranger."""
    request = RecommendRequest(
        "stranger", "r", candidate_item_ids=ITEMS, page_size=30, explore=False
    )
    scores = {r.item_id: r.score for r in engine.recommend(request, 10**6).results}
    return scores[first] - scores[second]


def test_a_probability_is_given_once_enough_was_reported():
    """Absent at first; then between 0 and 1, and higher for what is acted on more."""
    engine = busy_engine()
    assert engine.recommend(RecommendRequest("v", "r"), 10**6).results[0].probability is None
    items = ("item 1", "item 2")
    for n in range(400):
        time_ms, visitor = 10**6 + n, f"p{n}"
        slate = Slate(f"r{n}", "best", "home", items, (1.0, 1.0))
        engine.apply(Entry(time_ms, (Event(f"seen {n}", "impression", visitor, slate=slate),)))
        if n % 2:
            act = Event(f"act {n}", "click", visitor, items=(EventItem("item 1"),))
            engine.apply(Entry(time_ms, (act,)))
    engine.apply(Entry(10**8, (Event("tick", "click", "x", items=(EventItem("item 9"),)),)))
    request = RecommendRequest("v", "r", candidate_item_ids=items, explore=False)
    chances = {r.item_id: r.probability for r in engine.recommend(request, 10**8).results}
    assert 0.0 < chances["item 2"] < chances["item 1"] < 1.0
    names = {(m.name, m.placement, m.policy) for m in engine.lookups.metrics()}
    assert ("act_rate", "home", "best") in names


def test_memory_is_bounded_by_settings():
    """Far more visitors, items and ids than the caps leave as many as the caps, and it works."""
    caps = EngineSettings(
        visitors_max=50, items_max=64, event_items_max=0, deduplication_ids_max=80
    )
    engine = Engine(caps)
    for n in range(3000):
        event = Event(f"e{n}", "click", f"v{n % 170}", items=(EventItem(f"i{(n * 7) % 500}"),))
        engine.apply(Entry(1000 * n, (event,)))
    counts = engine.lookups.counts()
    assert counts["visitors"] <= 50
    assert counts["items"] <= 64
    assert counts["deduplication_ids"] <= 80
    assert len(ask(engine, "v1", 3_000_000)) == 20
    assert Engine.restore(engine.capture()).digest() == engine.digest()


def test_a_narrow_filter_still_fills_the_list():
    """Of 3,000 items one in a hundred passes, and all of a list of 20 do."""
    engine = Engine()
    writes = [
        ItemWrite(Item(f"i{n}", categories=("rare" if n % 100 == 0 else "plain",), price=float(n)))
        for n in range(3000)
    ]
    engine.apply(Entry(0, tuple(writes)))
    for n in range(500):
        event = Event(f"e{n}", "view", f"v{n % 20}", items=(EventItem(f"i{n * 7 % 3000}"),))
        engine.apply(Entry(1000 * n, (event,)))
    found = ask(engine, "v1", 10**6, filter='categories: ANY("rare") AND price >= 500')
    assert len(found) == 20
    assert all(int(item[1:]) % 100 == 0 and int(item[1:]) >= 500 for item in found)
    given_ids = ("i100", "i101", "i600", "unknown")
    kept = ask(engine, "v1", 10**6, filter="price > 500", candidate_item_ids=given_ids)
    assert kept == ["i600"]
    change = ItemWrite(Item("i600", price=1.0), fields=("price",))
    engine.apply(Entry(10**6, (change,)))
    assert ask(engine, "v1", 10**6, filter="price > 500", candidate_item_ids=given_ids) == []


def test_what_was_bought_is_left_out_for_as_long_as_the_rule_says():
    """Thirty days after a purchase, not before, the item may be shown to its buyer again."""
    day_ms = 86_400_000
    rules = EngineSettings(hide_days={"purchase-complete": 30.0})
    engine = busy_engine(settings=rules, events=0)
    bought, other = EventItem("item 4"), EventItem("item 5")
    acts = (
        Event("buy", "purchase", "ann", user_id="ann", items=(bought,)),
        Event("look", "view", "ann", user_id="ann", items=(other,)),
    )
    engine.apply(Entry(1000, acts))
    for late_ms, shown in ((29 * day_ms, False), (31 * day_ms, True)):
        assert ("item 4" in ask(engine, "ann", late_ms, page_size=100)) is shown
        assert ("item 4" in ask(engine, "ann", late_ms, candidate_item_ids=ITEMS)) is shown
        assert "item 4" in ask(engine, "bob", late_ms, page_size=100)
    assert Engine.restore(engine.capture()).digest() == engine.digest()


def test_a_strangers_first_answer_is_what_is_chosen_there():
    """Without a history, placement and context decide; after one click the list has turned."""
    rng, engine, time_ms = random.Random(3), Engine(), 0
    for n in range(1200):
        time_ms += 1000
        rainy = rng.random() < 0.5
        item = f"{'umbrella' if rainy else 'hat'} {rng.randrange(25)}"
        weather = (("weather", "rain" if rainy else "sun"),)
        event = Event(f"e{n}", "click", f"v{n}", items=(EventItem(item),), context=weather)
        engine.apply(Entry(time_ms, (event,)))
    rain = ask(engine, "stranger", time_ms, context=(("weather", "rain"),))
    sun = ask(engine, "stranger", time_ms, context=(("weather", "sun"),))
    assert sum(item.startswith("umbrella") for item in rain) >= 18
    assert sum(item.startswith("hat") for item in sun) >= 18
