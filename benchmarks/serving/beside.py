"""Reads at a steady rate beside a feed of events: what a visitor waits while others are learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import median
from typing import Any

from benchmarks.serving.figures import percentile
from benchmarks.serving.order import Calls, Stream
from benchmarks.serving.program import Program
from benchmarks.serving.rounds import Rounds

READS_PER_S = 150.0
FEED_CALLS_PER_S = 20.0
FEED_CALL_EVENTS = 100
WARM_S = 1.0


@dataclass(frozen=True)
class Beside:
    """Recommend at a steady rate, alone and beside 2,000 events a second, 100 to a call.

    ``events_per_s`` counts what was acknowledged, from the start to the last acknowledgement: fewer
    than were offered if the server falls behind.
    """

    alone_p50_ms: float
    alone_p99_ms: float
    p50_ms: float
    p99_ms: float
    events_per_s: float
    acknowledged_p50_ms: float
    failed: int


def run_beside(rounds: Rounds, server: Program, count: int, seconds: float) -> Beside:
    """Return the median of each figure over the rounds, and the sum of what failed."""
    _one_round(rounds, server, WARM_S)
    taken = []
    for n in range(count):
        rounds.on_step(f"round {n + 1}: reads beside a feed")
        taken.append(_one_round(rounds, server, seconds))
    return _over(taken)


def _over(rounds: Sequence[Beside]) -> Beside:
    values: dict[str, Any] = {
        field.name: median(getattr(one, field.name) for one in rounds) for field in fields(Beside)
    }
    return Beside(**values | {"failed": sum(one.failed for one in rounds)})


def _one_round(rounds: Rounds, server: Program, seconds: float) -> Beside:
    """Ask alone, then beside the feed."""
    reads = Stream("Recommend", seconds, rate=READS_PER_S)
    feed = Stream(
        "Feedback", seconds, rate=FEED_CALLS_PER_S, events=FEED_CALL_EVENTS, timeout_s=60.0
    )
    alone = rounds.both(server, reads)[0]
    beside, fed = rounds.both(server, reads, feed)
    learned = FEED_CALL_EVENTS * (len(fed.problems) - _failed(fed))
    return Beside(
        percentile(alone.took_ms, 0.5),
        percentile(alone.took_ms, 0.99),
        percentile(beside.took_ms, 0.5),
        percentile(beside.took_ms, 0.99),
        learned / fed.seconds,
        percentile(fed.took_ms, 0.5),
        sum(map(_failed, (alone, beside, fed))),
    )


def _failed(calls: Calls) -> int:
    return sum(bool(problem) for problem in calls.problems)
