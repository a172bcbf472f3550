"""Reads while feedback comes in bursts: what a visitor waits while others are learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import median
from typing import Any

from benchmarks.serving.figures import percentile
from benchmarks.serving.order import Calls, Stream
from benchmarks.serving.program import Program
from benchmarks.serving.rounds import Bench

READS_PER_S = 150.0
BURSTS_PER_S = 1.0
BURST_CALLS = 5
BURST_CALL_EVENTS = 100


@dataclass(frozen=True)
class Bursts:
    """Recommend at a steady rate, alone and beside bursts of `BURST_CALLS` Feedback calls."""

    alone_p50_ms: float
    alone_p99_ms: float
    p50_ms: float
    p99_ms: float
    events_per_s: float
    burst_p50_ms: float
    """From a burst's sending to its acknowledgement."""
    failed: int


def run_bursts(
    bench: Bench, servers: Sequence[Program], rounds: int, seconds: float
) -> dict[str, Bursts]:
    """Return the median of each figure over rounds in which the servers take turns."""
    found: dict[str, list[Bursts]] = {server.name: [] for server in servers}
    for n in range(rounds):
        for server in servers:
            bench.on_step(f"round {n + 1}: reads beside bursts, {server.name}")
            found[server.name].append(_one_round(bench, server, seconds))
    return {name: _over(taken) for name, taken in found.items()}


def _over(rounds: Sequence[Bursts]) -> Bursts:
    """Return medians, and the sum of what failed."""
    values: dict[str, Any] = {
        field.name: median(getattr(one, field.name) for one in rounds) for field in fields(Bursts)
    }
    return Bursts(**values | {"failed": sum(one.failed for one in rounds)})


def _one_round(bench: Bench, server: Program, seconds: float) -> Bursts:
    """Ask alone, then beside bursts."""
    reads = Stream("Recommend", seconds, rate=READS_PER_S)
    bursts = Stream("Feedback", seconds, BURST_CALLS, BURSTS_PER_S, BURST_CALL_EVENTS)
    alone = bench.both(server, reads)[0]
    beside, fed = bench.both(server, reads, bursts)
    return Bursts(
        percentile(alone.took_ms, 0.5),
        percentile(alone.took_ms, 0.99),
        percentile(beside.took_ms, 0.5),
        percentile(beside.took_ms, 0.99),
        len(fed.problems) * BURST_CALL_EVENTS / fed.seconds,
        percentile(fed.took_ms, 0.5),
        sum(map(_failed, (alone, beside, fed))),
    )


def _failed(calls: Calls) -> int:
    return sum(bool(problem) for problem in calls.problems)
