"""One recommender on one stream: asked about every second event before it learns it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.drift import fashion, stream
from benchmarks.drift.recovery import LEVEL_EVENTS, NOT_ASKED, Hits
from benchmarks.drift.stream import Stream
from benchmarks.quality.cache import Cache, key_of
from benchmarks.quality.contestants import Contestant, headwater, peers
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation import shop, simulator
from headwater_server.evaluation.backtest import Foldable
from headwater_server.evaluation.tally import CUT, rank_of

ASKED_EVERY = 2
STEADY = "Headwater without adaptation"


def contestants(names: Iterable[str]) -> list[Contestant]:
    """Return Headwater, Headwater that takes no notice of alarms, and the peers.

    ``names``: only those with one of these in the name; none: all. Where all of them name
    Headwater, no peer needs to be installed.
    """
    settings = EngineSettings(drift_fading=1.0)
    steady = replace(
        headwater(),
        name=STEADY,
        settings="drift_fading=1",
        make=lambda: Engine(settings),
        engine_settings=settings,
    )
    own, wanted = [headwater(), steady], [name.lower() for name in names]
    found = [one for one in own if not wanted or _is_named(one, wanted)]
    if wanted and all(any(_is_named(one, [name]) for one in own) for name in wanted):
        return found
    return found + [one for one in peers() if not wanted or _is_named(one, wanted)]


def _is_named(one: Contestant, names: Iterable[str]) -> bool:
    return any(name in one.name.lower() for name in names)


def measure(
    contestant: Contestant, log: Stream, cache: Cache, on_event: Callable[[int], None]
) -> Hits:
    """Return int8[events]: 1 a hit at 20, 0 a miss, -1 not asked; from the cache if it is there."""
    modules = (fashion, stream, shop, simulator)
    files = (Path(__file__), *(Path(str(m.__file__)) for m in modules))
    texts = (contestant.name, contestant.settings, contestant.source)
    key = key_of([*texts, str(log.seed), log.change.name], files, ())
    found = cache.find(key)
    if found is None:
        found = {"hits": _hits(contestant.make(), log, on_event).tolist()}
        cache.keep(key, found)
    return np.array(found["hits"], dtype=np.int8)


def _hits(model: Foldable, log: Stream, on_event: Callable[[int], None]) -> Hits:
    model.apply(log.catalogue())
    hits = np.full(log.change.events, NOT_ASKED, dtype=np.int8)
    latest: dict[str, str] = {}
    asked_from = log.change.at[0] - LEVEL_EVENTS
    for number, event in enumerate(log.events()):
        item_id, before = event.items[0].item_id, latest.get(event.visitor_id)
        if number >= asked_from and number % ASKED_EVERY == 0 and item_id != before:
            hits[number] = _is_hit(model, event, before)
        model.apply(Entry(event.event_time_ms or 0, (event,), imported=True))
        latest[event.visitor_id] = item_id
        on_event(number + 1)
    return hits


def _is_hit(model: Foldable, event: Event, latest: str | None) -> bool:
    request = RecommendRequest(
        event.visitor_id,
        event.event_id,
        page_size=CUT,
        exclude_item_ids=(latest,) if latest else (),
        explore=False,
    )
    answer = model.recommend(request, now_ms=event.event_time_ms or 0)
    return rank_of(event.items[0].item_id, answer.results) > 0
