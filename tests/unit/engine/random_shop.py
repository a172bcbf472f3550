"""A small shop with everything that the sources read, made from a seed."""

from __future__ import annotations

import numpy as np

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.retrieval import gathering
from headwater_server.engine.settings import EngineSettings

MINUTE_MS = 60_000
ITEMS, VISITORS, EVENTS = 120, 15, 250
WORDS = ("red", "blue", "lamp", "chair", "tent", "cup", "oak", "iron")


def random_shop(seed: int, settings: EngineSettings | None = None) -> tuple[Engine, int]:
    """Return an engine that has learned a few hundred events, and the time after the last."""
    rng, engine = np.random.default_rng(seed), Engine(settings)
    for number in range(0, ITEMS, 2):
        engine.apply(Entry(0, (ItemWrite(_item(number, rng)),)))
    for number in range(EVENTS):
        item, visitor = f"i{int(rng.zipf(1.4)) % ITEMS}", f"v{rng.integers(VISITORS)}"
        kind = rng.choice(["click", "purchase", "dislike"], p=[0.8, 0.15, 0.05])
        place = str(rng.choice(["", "home", "detail"]))
        event = Event(f"e{number}", str(kind), visitor, items=(EventItem(item),), placement=place)
        engine.apply(Entry(number * 7 * MINUTE_MS, (event,)))
    return engine, EVENTS * 7 * MINUTE_MS


def _item(number: int, rng: np.random.Generator) -> Item:
    title = " ".join(rng.choice(WORDS, 3))
    expire_ms = int(rng.integers(1, 2 * EVENTS)) * 7 * MINUTE_MS if rng.random() < 0.2 else None
    available = bool(rng.random() < 0.9)
    return Item(f"i{number}", title=title, available=available, expire_time_ms=expire_ms)


def requests(seed: int) -> list[RecommendRequest]:
    """Return a request of each visitor, and one of a stranger."""
    rng = np.random.default_rng(seed)
    places = ("", "home", "elsewhere")
    names = [*(f"v{n}" for n in range(VISITORS)), "stranger"]
    return [RecommendRequest(v, f"r-{v}", placement=str(rng.choice(places))) for v in names]


def found(ranking, history, excluded, now_ms, passing=None):
    """Retrieve and describe what may be shown, with one kernel for each."""
    retriever = ranking.retriever
    shown_at = retriever.catalogue.shown_at(now_ms, passing)
    visitor = retriever.visitor(history)
    items = gathering.retrieve(retriever.begin(), visitor, excluded, shown_at)
    return ranking.describe(history, items)
