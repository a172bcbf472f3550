"""Five items, some chosen together, and rules for them."""

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

EPSILON, TEMPERATURE = 0.1, 0.6
SHOP = (
    Item("a", title="red lamp", categories=("light",), features=(("brand", "X"),)),
    Item("b", title="green lamp", categories=("light", "gift"), features=(("brand", "X"),)),
    Item("c", title="oak chair", categories=("seat",), features=(("brand", "Y"),)),
    Item("d", title="oak table", categories=("table",), features=(("brand", "X"),)),
    Item("e", title="red chair", categories=("seat", "gift"), features=(("brand", "Z"),)),
)
IDS = tuple(item.item_id for item in SHOP)
BOOST = {"name": "gifts", "kind": "boost", "filter": 'categories: ANY("gift")', "times": 2}
BURY = {"name": "tables", "kind": "bury", "filter": 'title: ANY("x") OR brand: ANY("X")', "by": 0.3}
PIN = {"name": "chair first", "kind": "pin", "slot": 2, "item_ids": ["nothing", "c"]}
CAP = {"name": "one a brand", "kind": "cap", "field": "brand", "most": 1}
GIFTS = {"name": "a gift", "kind": "cap", "filter": 'categories: ANY("gift")', "most": 1}


def shop(*rules, **more):
    """Return an engine of five items, of which some are chosen together."""
    engine = Engine(
        EngineSettings(
            exploration_epsilon=EPSILON, exploration_temperature=TEMPERATURE,
            rules=list(rules), **more,
        )
    )  # fmt: skip
    engine.apply(Entry(0, tuple(ItemWrite(item) for item in SHOP)))
    for n, item in enumerate("abacdbeacdabce"):
        engine.apply(Entry(n, (Event(f"e{n}", "click", f"v{n // 3}", items=(EventItem(item),)),)))
    return engine


def ask(engine, name="r", size=3, **more):
    request = RecommendRequest("stranger", name, page_size=size, candidate_item_ids=IDS, **more)
    return engine.recommend(request, now_ms=100)
