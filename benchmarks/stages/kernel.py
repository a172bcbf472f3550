"""Within the kernel of a Recommend: what each source costs, the selection, and the features.

A source costs what the gathering takes with it, less what it takes without it. So the sources do
not sum to the gathering: they share what is in the caches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.shops.shop import visitor_id
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.ranking import describing
from headwater_server.engine.retrieval import gathering

_NOTHING = np.empty(0, dtype=np.int32)
PLACEMENT = "home"


def kernel_us(engine: Engine, visitors: Iterable[int]) -> dict[str, float]:
    """Return the median microseconds of each part, over these visitors."""
    taken: dict[str, list[float]] = {}
    for number in visitors:
        for name, us in _of_visitor(engine, visitor_id(number)).items():
            taken.setdefault(name, []).append(us)
    return {name: median(values) for name, values in taken.items()}


def _of_visitor(engine: Engine, name: str) -> dict[str, float]:
    parts = engine.parts
    ranking, retriever, now_ms = parts.ranking, parts.retriever, parts.clock_ms
    history = parts.history(RecommendRequest(name, "r", placement=PLACEMENT), PLACEMENT, now_ms)
    statistics, visitor = ranking.statistics(history), retriever.visitor(history)
    shown_at = parts.catalogue.shown_at(now_ms)

    def gathered(off: int = 0) -> float:
        tables = retriever.begin()
        return _us(gathering.gather, tables._replace(on=tables.on & ~off), visitor)

    gathered()
    whole = gathered()
    found = _us(describing.found, retriever.begin(), statistics, visitor, _NOTHING, shown_at)
    retrieved = _us(gathering.retrieve, retriever.begin(), visitor, _NOTHING, shown_at)
    sources = {
        f"retrieval: {source}": whole - gathered(bit) for source, bit in gathering.BITS.items()
    }
    sources.pop("retrieval: candidates", None)  # the caller's own, which none has sent
    return {
        "retrieval, all sources": whole,
        **sources,
        "selection": retrieved - whole,
        "features": found - retrieved,
    }


def _us(kernel: Callable[..., Any], *args: Any) -> float:
    start_s = time.thread_time()
    kernel(*args)
    return 1e6 * (time.thread_time() - start_s)
