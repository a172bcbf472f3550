"""Rounds of calls, without and with a stopwatch."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, islice
from statistics import median
from typing import Any

from benchmarks.shops.learned import learned, visitors_asking
from benchmarks.shops.shop import Shop
from benchmarks.stages.feeding import Feeding, message
from benchmarks.stages.kernel import kernel_us
from benchmarks.stages.places import EVENT, RECOMMEND
from benchmarks.stages.recommending import PAGE_SIZE, Recommending, question
from benchmarks.stages.stopwatch import Stopwatch
from headwater.v1.event_pb2 import EVENT_STATUS_CREATED
from headwater.v1.feedback_service_pb2 import FeedbackResponse
from headwater.v1.recommendation_service_pb2 import RecommendResponse
from headwater_server.engine.warmup import warm_up

WARM_CALLS = 100
ENGINE = {
    "engine": (
        "engine.engine:Engine.recommend",
        "engine.engine:Engine.recommend_all",
        "engine.engine:Engine.apply",
    )
}

Call = Callable[[], Awaitable[bytes]]
Way = Iterator[Call]
"""Calls without end, each prepared, so that only the call itself is measured."""


@dataclass
class Found:
    """Microseconds of CPU a call, a value a round."""

    name: str
    whole_us: list[float] = field(default_factory=list)
    engine_us: list[float] = field(default_factory=list)
    stages_us: dict[str, list[float]] = field(default_factory=dict)
    kernel_us: dict[str, float] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    failed: int = 0

    def figures(self) -> dict[str, Any]:
        """Return the medians over the rounds, the stages in order.

        A stage is its share of all stages, times the whole: a stopwatch disturbs caches and makes
        everything a tenth slower, so its own microseconds would not sum to the whole.
        """
        own = {stage: median(values) for stage, values in self.stages_us.items()}
        whole = median(self.whole_us)
        scale = whole / (sum(own.values()) or 1.0)
        return {
            "whole_us": whole,
            "engine_us": median(self.engine_us),
            "stages_us": {stage: us * scale for stage, us in own.items()},
            "kernel_us": self.kernel_us,
        }


async def measure(shop: Shop, rounds: int, calls: int) -> list[Found]:
    """Return what a Recommend and an event take in this shop; rounds of both take turns."""
    warm_up()
    engine, future = learned(shop)
    asking, feeding = Recommending(engine, engine.parts.clock_ms), Feeding(engine)
    questions = (_ask(asking, who) for who in visitors_asking(shop, 1))
    events = (_feed(feeding, made, n) for n, made in zip(count(), future, strict=False))
    found = [Found("Recommend"), Found("Feedback of one event")]
    ways: list[tuple[Way, Any, Mapping[str, tuple[str, ...]]]] = [
        (questions, _is_slate, RECOMMEND),
        (events, _is_created, EVENT),
    ]
    for way, _, _ in ways:
        await _run(way, WARM_CALLS)
    for _ in range(rounds):
        for one, (way, is_good, places) in zip(found, ways, strict=True):
            await _round(one, way, calls, is_good, places)
    found[0].kernel_us = kernel_us(engine, islice(visitors_asking(shop, 2), rounds * calls // 4))
    return found


def _ask(asking: Recommending, visitor: int) -> Call:
    data = question(visitor)
    return lambda: asking.answer(data)


def _feed(feeding: Feeding, made: Any, number: int) -> Call:
    data, now_ms = message(made, f"new-{number}"), 1_000 * made.time_s
    return lambda: feeding.answer(data, now_ms)


def _is_slate(answer: bytes) -> bool:
    return len(RecommendResponse.FromString(answer).results) == PAGE_SIZE


def _is_created(answer: bytes) -> bool:
    results = FeedbackResponse.FromString(answer).results
    return [result.status for result in results] == [EVENT_STATUS_CREATED]


async def _round(
    found: Found, way: Way, calls: int, is_good: Any, places: Mapping[str, tuple[str, ...]]
) -> None:
    """Measure the whole, the engine within it, and the stages, each on other calls."""
    took_s, answers = await _run(way, calls)
    found.failed += sum(not is_good(answer) for answer in answers)
    found.whole_us.append(1e6 * took_s / calls)
    within, _ = await _watched(way, calls, ENGINE)
    found.engine_us.append(1e6 * within["engine"] / calls)
    seconds, found.missing = await _watched(way, calls, places)
    for stage in places:
        if stage in seconds:
            found.stages_us.setdefault(stage, []).append(1e6 * seconds[stage] / calls)


async def _watched(
    way: Way, calls: int, places: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, float], list[str]]:
    watch = Stopwatch()
    targets = {stage: tuple(map(_whole_name, names)) for stage, names in places.items()}
    with watch.watching(targets) as missing:
        await _run(way, calls)
    return watch.seconds(), missing


def _whole_name(target: str) -> str:
    return target if target.startswith("benchmarks.") else f"headwater_server.{target}"


async def _run(way: Way, calls: int) -> tuple[float, list[bytes]]:
    """Return the CPU seconds of the next calls, and their answers."""
    prepared = list(islice(way, calls))
    start_s = time.thread_time()
    answers = [await call() for call in prepared]
    return time.thread_time() - start_s, answers
