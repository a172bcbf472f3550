"""From calls to figures: rates, percentiles, processor time, and medians over rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import median
from typing import Any

from benchmarks.serving.order import Calls


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of them do not exceed.

    >>> [percentile(range(1, 101), share) for share in (0.5, 0.99, 1.0)]
    [50, 99, 100]
    """
    ordered = sorted(values)
    return ordered[max(0, round(len(ordered) * share) - 1)] if ordered else float("nan")


@dataclass(frozen=True)
class Figures:
    """One server under one kind of load. Calls that failed count as failed, not as calls."""

    calls_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_us: float
    """Processor time of the server for a call."""
    store_cpu_us: float
    """The same of the store behind it."""
    events_per_s: float
    """Calls a second times the events of a call."""
    events_per_cpu_s: float
    """Events a second that the CPU of server and store would allow if it had nothing else to do."""
    load_cpu_share: float
    """Of one core, what the generator took: near 1 the server was not what limited the rate."""
    failed: dict[str, int]


def figures(
    calls: Calls, events: int, cpu_s: float, store_cpu_s: float, load_cpu_s: float
) -> Figures:
    """Return the figures of one round."""
    good_ms = [ms for ms, bad in zip(calls.took_ms, calls.problems, strict=True) if not bad]
    answered = max(1, len(calls.problems))
    return Figures(
        calls_per_s=len(good_ms) / calls.seconds,
        p50_ms=percentile(good_ms, 0.50),
        p95_ms=percentile(good_ms, 0.95),
        p99_ms=percentile(good_ms, 0.99),
        cpu_us=1e6 * cpu_s / answered,
        store_cpu_us=1e6 * store_cpu_s / answered,
        events_per_s=events * len(good_ms) / calls.seconds,
        events_per_cpu_s=events * answered / max(1e-9, cpu_s + store_cpu_s),
        load_cpu_share=load_cpu_s / calls.seconds,
        failed=dict(Counter(bad for bad in calls.problems if bad)),
    )


def medians(rounds: Sequence[Figures]) -> Figures:
    """Return the median of each figure over the rounds, and the sum of what failed."""
    values: dict[str, Any] = {
        field.name: median(getattr(figures, field.name) for figures in rounds)
        for field in fields(Figures)
        if field.name != "failed"
    }
    failed: Counter[str] = Counter()
    for one in rounds:
        failed.update(one.failed)
    return Figures(**values, failed=dict(failed))


def ratio(mine: Sequence[Figures], other: Sequence[Figures], name: str) -> float:
    """Return the median over rounds of the ratio within a round: the machine drifts, it does not.

    >>> one, two = (Figures(n, 1, 1, 1, 1, 0, 0, 0, 0, {}) for n in (1, 2))
    >>> ratio([one, two], [two, two], "calls_per_s")
    0.75
    """
    pairs = zip(mine, other, strict=True)
    return float(median(getattr(a, name) / (getattr(b, name) or float("nan")) for a, b in pairs))
