"""Several processes' figures as one: what a shop asks is spread over them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from headwater_server.observability.recent import CallFigures


def together(figures: Iterable[CallFigures]) -> list[CallFigures]:
    """Return one for each method: rates summed, the median's mean by calls, the slowest's tails.

    Quantiles cannot be added up: what half of all calls took lies between those of the processes.

    >>> one = CallFigures("S/Ask", 9.0, 0.0, 1.0, 2.0, 3.0)
    >>> other = CallFigures("S/Ask", 1.0, 1.0, 11.0, 12.0, 13.0)
    >>> [(f.calls_per_second, f.latency_p50_ms, f.latency_p99_ms) for f in together([one, other])]
    [(10.0, 2.0, 13.0)]
    """
    ordered = sorted(figures, key=attrgetter("call"))
    return [_one(call, list(group)) for call, group in groupby(ordered, key=attrgetter("call"))]


def _one(call: str, figures: list[CallFigures]) -> CallFigures:
    total = sum(one.calls_per_second for one in figures)
    medians = [
        (one.latency_p50_ms, one.calls_per_second)
        for one in figures
        if one.latency_p50_ms is not None
    ]
    weight = sum(calls for _, calls in medians)
    return CallFigures(
        call,
        total,
        sum(one.failures_per_second for one in figures),
        sum(median * calls for median, calls in medians) / weight if weight else None,
        _most(one.latency_p90_ms for one in figures),
        _most(one.latency_p99_ms for one in figures),
    )


def _most(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
