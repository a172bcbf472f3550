"""Which items become candidates, source by source."""

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest


def sources(engine, visitor, now_ms):
    """Return item -> the sources that proposed it."""
    request = RecommendRequest(visitor, "r", page_size=100, explore=False, explain=True)
    return {r.item_id: r.sources for r in engine.recommend(request, now_ms).results}


def click(engine, n, visitor, item, time_ms):
    engine.apply(Entry(time_ms, (Event(f"e{n}", "click", visitor, items=(EventItem(item),)),)))


def test_what_two_steps_reach_is_proposed():
    """Nobody went from the tent to the gas, but some from the tent to the stove and on."""
    engine = Engine()
    visits = [(f"a{n}", ("tent", "stove")) for n in range(9)]
    visits += [(f"b{n}", ("stove", "gas")) for n in range(9)]
    for n, (visitor, items) in enumerate(visits):
        for place, item in enumerate(items):
            click(engine, 2 * n + place, visitor, item, (2 * n + place) * 1000)
    click(engine, 99, "eve", "tent", 100_000)
    found = sources(engine, "eve", 101_000)
    assert "walk" in found["gas"]
    assert "next" not in found["gas"]


def test_an_item_without_interactions_is_proposed_by_the_words_that_come_next():
    """Visitors who buy cups go on to saucers; the new saucer shares no word with the cup."""
    engine = Engine()
    titles = {"c1": "cup", "c2": "cup", "s1": "saucer", "s2": "saucer", "x": "lamp"}
    writes = tuple(ItemWrite(Item(item, title=title)) for item, title in titles.items())
    engine.apply(Entry(0, writes))
    for n in range(20):
        click(engine, 2 * n, f"v{n}", "c1", 2000 * n)
        click(engine, 2 * n + 1, f"v{n}", "s1", 2000 * n + 1000)
    click(engine, 99, "eve", "c2", 50_000)
    found = sources(engine, "eve", 51_000)
    assert "words" in found["s2"]
    assert "words" not in found["x"]
