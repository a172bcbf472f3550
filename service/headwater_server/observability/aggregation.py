"""Aggregates the figures of several processes, since a shop's calls are spread over them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from headwater_server.observability.recent import CallFigures


def aggregate(figures: Iterable[CallFigures]) -> list[CallFigures]:
    """Return one for each method: sum of rates, mean of medians by calls, maximum of the tails.

    Quantiles cannot be added: the median of all calls lies between those of the processes.

    >>> one = CallFigures("S/Ask", 9.0, 0.0, 1.0, 2.0, 3.0)
    >>> other = CallFigures("S/Ask", 1.0, 1.0, 11.0, 12.0, 13.0)
    >>> [(f.calls_per_second, f.latency_p50_ms, f.latency_p99_ms) for f in aggregate([one, other])]
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
        _largest(one.latency_p90_ms for one in figures),
        _largest(one.latency_p99_ms for one in figures),
    )


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
