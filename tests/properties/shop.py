"""A small shop for property tests: entries that hypothesis makes up, and ways to fold them."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest

TYPES = ("view", "click", "add-to-cart", "purchase", "impression", "dislike", "return")
ITEMS = tuple(f"item {n}" for n in range(30))
VISITORS = tuple(f"visitor {n}" for n in range(8))

ITEM_WRITES = st.builds(
    lambda n, words, available, set_ms: ItemWrite(
        Item(ITEMS[n], title=" ".join(words), categories=words[:1], available=available),
        set_time_ms=set_ms,
    ),
    st.integers(0, 29),
    st.lists(st.sampled_from(("red", "blue", "lamp", "chair", "garden")), max_size=4).map(tuple),
    st.booleans(),
    st.integers(0, 1000),
)
EVENTS = st.builds(
    lambda n, kind, visitor, user, items, time_ms, has_slate: Event(
        event_id=f"e{n}",
        event_type=kind,
        visitor_id=visitor,
        user_id=user,
        items=tuple(EventItem(item) for item in items),
        event_time_ms=time_ms,
        slate=Slate("r1", "best", "home", tuple(items), (1.0,) * len(items)) if has_slate else None,
    ),
    st.integers(0, 60),
    st.sampled_from(TYPES),
    st.sampled_from(VISITORS),
    st.sampled_from(("", "", "account")),
    st.lists(st.sampled_from(ITEMS), min_size=1, max_size=4, unique=True),
    st.integers(0, 10_000_000),
    st.booleans(),
)
OPERATIONS = st.lists(st.one_of(EVENTS, EVENTS, EVENTS, ITEM_WRITES), max_size=60)


def fold(operations, batch_size=1, engine=None, restart_after=None):
    """Return an engine that has applied the operations as an import, in batches."""
    engine = engine or Engine()
    for start in range(0, len(operations), batch_size):
        if restart_after is not None and start >= restart_after:
            engine, restart_after = Engine.restore(engine.capture()), None
        batch = tuple(operations[start : start + batch_size])
        engine.apply(Entry(0, batch, imported=True))
    return engine


def busy_engine(events=400, seed=1, settings=None, items=ITEMS, visitors=VISITORS):
    """Return an engine in which a seeded crowd has viewed, clicked and bought."""
    rng, engine = random.Random(seed), Engine(settings)
    writes = [
        ItemWrite(Item(item, title=f"thing {n % 7}", categories=(f"c{n % 5}",)), set_time_ms=0)
        for n, item in enumerate(items)
    ]
    engine.apply(Entry(0, tuple(writes), imported=True))
    for n in range(events):
        kind = rng.choice(("view", "view", "click", "purchase", "dislike"))
        visitor, item = rng.choice(visitors), rng.choice(items)
        event = Event(f"e{n}", kind, visitor, items=(EventItem(item),), event_time_ms=1000 * n)
        engine.apply(Entry(0, (event,), imported=True))
    return engine


def ask(engine, visitor="visitor 1", now_ms=1_000_000, **more):
    """Return the ids that the best list holds."""
    request = RecommendRequest(visitor, "r", explore=False, **more)
    return [result.item_id for result in engine.recommend(request, now_ms).results]
