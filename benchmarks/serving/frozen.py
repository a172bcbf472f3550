"""The store stops answering for a while under load: reads must go on, writes must get an error."""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import dataclass

from benchmarks.serving.figures import percentile
from benchmarks.serving.order import Calls, Stream
from benchmarks.serving.program import Program
from benchmarks.serving.rounds import WARM_S, Case, Rounds

BEFORE_S, AFTER_S = 1.5, 2.5
READS_PER_S = 150.0
WRITES_PER_S = 100.0
WRITE_TIMEOUT_S = 0.5
WARM = (Case("Recommend", 4), Case("Feedback", 4))


@dataclass(frozen=True)
class Phase:
    """What came of the calls that were due before, while, or after the store was frozen."""

    name: str
    reads_p50_ms: float
    reads_p99_ms: float
    reads_failed: dict[str, int]
    writes: dict[str, int]
    writes_slowest_ms: float


@dataclass(frozen=True)
class Frozen:
    """The phases in order, and how long after the thaw the first new write was acknowledged."""

    phases: tuple[Phase, ...]
    recovered_ms: float


def run_frozen(rounds: Rounds, server: Program, frozen_s: float) -> Frozen:
    """Freeze the store of ``server`` for ``frozen_s`` seconds during reads and writes."""
    store = server.store_process()
    if store is None:
        raise ValueError(f"{server.name} has no store of its own to freeze")
    for case in WARM:
        rounds.measure(server, case, WARM_S)
    seconds = BEFORE_S + frozen_s + AFTER_S
    reads = Stream("Recommend", seconds, rate=READS_PER_S)
    writes = Stream("Feedback", seconds, rate=WRITES_PER_S, timeout_s=WRITE_TIMEOUT_S)
    rounds.on_step(f"the store of {server.name} freezes for {frozen_s} s")
    rounds.load.send(rounds.order(server, reads, writes))
    began_s = time.monotonic()
    time.sleep(BEFORE_S)
    try:
        store.send_signal(signal.SIGSTOP)
        froze_s = time.monotonic() - began_s
        time.sleep(frozen_s)
    finally:
        store.send_signal(signal.SIGCONT)
    thawed_s = time.monotonic() - began_s
    read, written = rounds.load.receive()
    spans = (("before", 0.0, froze_s), ("frozen", froze_s, thawed_s), ("after", thawed_s, seconds))
    phases = tuple(_phase(name, read, written, start, end) for name, start, end in spans)
    return Frozen(phases, _recovered_ms(written, thawed_s))


def _phase(name: str, read: Calls, written: Calls, start_s: float, end_s: float) -> Phase:
    reads, writes = _within(read, start_s, end_s), _within(written, start_s, end_s)
    return Phase(
        name,
        percentile([ms for ms, _ in reads], 0.5),
        percentile([ms for ms, _ in reads], 0.99),
        dict(Counter(problem for _, problem in reads if problem)),
        dict(Counter(problem or "OK" for _, problem in writes)),
        max((ms for ms, _ in writes), default=0.0),
    )


def _within(calls: Calls, start_s: float, end_s: float) -> list[tuple[float, str]]:
    """Return (milliseconds, problem) of the calls that were due in this time."""
    rows = zip(calls.at_s, calls.took_ms, calls.problems, strict=True)
    return [(ms, problem) for at_s, ms, problem in rows if start_s <= at_s < end_s]


def _recovered_ms(written: Calls, thawed_s: float) -> float:
    """Return when the first write that was sent after the thaw was acknowledged."""
    rows = zip(written.at_s, written.took_ms, written.problems, strict=True)
    done = [1e3 * (at_s - thawed_s) + ms for at_s, ms, bad in rows if at_s >= thawed_s and not bad]
    return min(done, default=float("nan"))
