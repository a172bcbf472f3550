"""Reads while feedback comes in bursts: what a visitor waits while others are learned from."""

from __future__ import annotations

from dataclasses import dataclass

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


def run_bursts(bench: Bench, server: Program, seconds: float) -> Bursts:
    """Ask alone, then beside bursts."""
    reads = Stream("Recommend", seconds, rate=READS_PER_S)
    bursts = Stream("Feedback", seconds, BURST_CALLS, rate=BURSTS_PER_S, events=BURST_CALL_EVENTS)
    bench.on_step(f"reads alone, {server.name}")
    alone = bench.both(server, reads)[0]
    bench.on_step(f"reads beside bursts, {server.name}")
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
