"""Within the kernel of a Recommend: each source, the selection, and features with scores.

A source costs what the gathering takes with it, less what it takes without it. So the sources do
not sum to the gathering: they share what is in the caches. Each way is run for all visitors before
the next one, because a visitor who comes again at once finds everything in the caches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from benchmarks.shops.shop import visitor_id
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.reranking.answering import NO_DRAW, answer_one
from headwater_server.engine.retrieval import gathering
from headwater_server.engine.retrieval.gathering import Tables

_NOTHING, _ALL = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.bool_)
PLACEMENT = "home"
OF_CALLERS = "candidates"  # what only a caller proposes


class _Asked(NamedTuple):
    visitor: Any
    who: Any
    shown_at: Any


Way = Callable[[Tables, _Asked], Any]


def kernel_us(engine: Engine, visitors: Iterable[int]) -> dict[str, float]:
    """Return the mean microseconds of each part, over these visitors."""
    asked = [_asked(engine, visitor_id(number)) for number in visitors]
    ways = _ways(engine)
    taken = {name: _run(engine, way, asked) for name, way in ways.items()}  # after a first time
    taken = {name: _run(engine, way, asked) for name, way in ways.items()}
    return _parts(taken)


def _asked(engine: Engine, name: str) -> _Asked:
    parts, now_ms = engine.parts, engine.parts.clock_ms
    history = parts.history(RecommendRequest(name, "r", placement=PLACEMENT), PLACEMENT, now_ms)
    visitor, visitors = parts.retriever.visitor(history), parts.visitors
    reading = visitors.reading(visitors.profiles_of(name, ""), "", now_ms / 1000.0)
    _, _, rows, now_s, session, _ = reading
    return _Asked(visitor, (rows, now_s, session), parts.catalogue.shown_at(now_ms))


def _ways(engine: Engine) -> dict[str, Way]:
    """Return what is run: the gathering whole and without each source, and what follows it."""

    def gather(off: int) -> Way:
        return lambda tables, one: gathering.gather(
            tables._replace(on=tables.on & ~off), one.visitor
        )

    sources = {name: gather(bit) for name, bit in gathering.BITS.items() if name != OF_CALLERS}
    return {
        "all": gather(0),
        **sources,
        "retrieved": lambda tables, one: gathering.retrieve(
            tables, one.visitor, _NOTHING, one.shown_at
        ),
        "answered": lambda _tables, one: answer_one(
            *engine.parts.holding.begin(),
            one.who,
            (_NOTHING, one.visitor.circumstances),
            _NOTHING,
            (engine.parts.clock_ms, _ALL),
            True,
            NO_DRAW,
        ),
    }


def _run(engine: Engine, way: Way, asked: list[_Asked]) -> np.ndarray[Any, Any]:
    taken_us = []
    for one in asked:
        tables = engine.parts.retriever.begin()
        start_s = time.thread_time()
        way(tables, one)
        taken_us.append(1e6 * (time.thread_time() - start_s))
    return np.array(taken_us)


def _parts(taken: Mapping[str, Any]) -> dict[str, float]:
    """Return means over visitors of differences between two ways of the same visitor."""
    whole, retrieved = taken["all"], taken["retrieved"]
    found = {"retrieval, all sources": whole}
    for name, without in taken.items():
        if name in gathering.BITS:
            found[f"retrieval: {name}"] = whole - without
    found |= {"selection": retrieved - whole, "features, scores": taken["answered"] - retrieved}
    return {name: _mean(values) for name, values in found.items()}


def _mean(values: np.ndarray[Any, Any]) -> float:
    """Return the mean without the highest and the lowest twentieth, which something interrupted."""
    cut = len(values) // 20
    return float(np.sort(values)[cut : len(values) - cut].mean())
