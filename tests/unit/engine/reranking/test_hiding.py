"""What was bought or seen is left out for as long as the rule of its kind says."""

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

DAY_MS = 86_400_000
RULES = [
    {
        "name": "furniture lasts", "kind": "hide", "event_types": ["purchase"],
        "filter": 'categories: ANY("furniture")', "days": 365,
    },
    {
        "name": "milk is bought again", "kind": "hide", "event_types": ["purchase"],
        "filter": 'tags: ANY("consumable")', "days": 0,
    },
    {
        "name": "seen is seen", "kind": "hide", "event_types": ["impression"],
        "filter": 'categories: ANY("poster")', "days": 2, "end": "1970-01-11T00:00:00Z",
    },
]  # fmt: skip
ITEMS = (
    Item("sofa", categories=("furniture",)),
    Item("milk", tags=("consumable",)),
    Item("poster", categories=("poster",)),
    Item("lamp"),
    Item("other"),
)


def shop():
    engine = Engine(EngineSettings(rules=RULES, hide_days={"purchase-complete": 30.0}))
    engine.apply(Entry(0, tuple(ItemWrite(item) for item in ITEMS)))
    return engine


def seen_by(engine, visitor, day):
    request = RecommendRequest(visitor, "r", explore=False)
    return {result.item_id for result in engine.recommend(request, day * DAY_MS).results}


def act(engine, day, visitor, kind, *names, slate=None):
    items = tuple(EventItem(name) for name in names)
    event = Event(f"{visitor} {kind} {day}", kind, visitor, items=items, slate=slate)
    engine.apply(Entry(day * DAY_MS, (event,)))


def test_bought_items_stay_away_by_their_kind():
    """Furniture a year, consumables never, all else as `hide_days` says; others see all."""
    engine = shop()
    act(engine, 1, "ann", "purchase", "sofa", "milk", "lamp")
    act(engine, 1, "ann", "view", "other")  # the latest item, which no list holds
    assert seen_by(engine, "ann", 2) == {"milk", "poster"}
    assert seen_by(engine, "ann", 32) == {"milk", "poster", "lamp"}
    assert seen_by(engine, "ann", 365) == {"milk", "poster", "lamp"}
    assert seen_by(engine, "ann", 367) == {"milk", "poster", "lamp", "sofa"}
    assert seen_by(engine, "bob", 2) == {item.item_id for item in ITEMS}


def test_what_was_seen_counts_once_it_is_reported():
    """An impression hides its items, named or by the token, while the rule is in force."""
    engine = shop()
    slate = Slate("r", "best", "home", ("poster", "lamp"), (1.0, 1.0))
    act(engine, 1, "ann", "impression", slate=slate)
    act(engine, 1, "cid", "impression", "poster")
    act(engine, 11, "bob", "impression", slate=slate)  # the rule has ended
    assert (
        seen_by(engine, "ann", 2)
        == seen_by(engine, "cid", 2)
        == {item.item_id for item in ITEMS} - {"poster"}
    )
    assert "poster" in seen_by(engine, "ann", 4)
    assert "poster" in seen_by(engine, "bob", 11)
    assert Engine.restore(engine.capture()).digest() == engine.digest()


def test_a_rule_of_no_days_takes_no_place_from_those_of_many():
    """A profile's hidden items are bounded; a thousand bottles of milk push no sofa out."""
    engine = shop()
    act(engine, 0, "ann", "purchase", "sofa")
    milk = tuple(ItemWrite(Item(f"milk {n}", tags=("consumable",))) for n in range(1001))
    engine.apply(Entry(1, milk))
    act(engine, 1, "ann", "purchase", *(f"milk {n}" for n in range(1001)))
    sofa = engine.parts.catalogue.number("sofa")
    assert sofa in engine.parts.hiding.hidden(("vann",), now_ms=2 * DAY_MS)
