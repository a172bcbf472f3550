"""Means of visits with intervals that know that visits of one visitor are alike."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from statistics import NormalDist

import numpy as np

from benchmarks.objectives.buying import Visited

LEVEL = 0.95


def paired(
    of: Sequence[Visited], against: Sequence[Visited], value: Callable[[Visited], float]
) -> tuple[float, float, float]:
    """Return the mean difference of a visit and its interval, by visitors of both runs.

    The visits of both are the same ones, in the same order; a visitor's visits are one cluster.
    """
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one, other in zip(of, against, strict=True):
        cluster = sums[one.visitor]
        cluster[0] += value(one) - value(other)
        cluster[1] += 1.0
    totals = np.array(list(sums.values()))
    mean = totals[:, 0].sum() / totals[:, 1].sum()
    rest = totals[:, 0] - mean * totals[:, 1]
    n = len(totals)
    error = math.sqrt(n / (n - 1) * float((rest**2).sum())) / totals[:, 1].sum()
    reach = NormalDist().inv_cdf((1 + LEVEL) / 2) * error
    return float(mean), float(mean - reach), float(mean + reach)


def share_of_hits(visits: Iterable[Visited]) -> float:
    """Return the share of visits with an item in mind whose list had it."""
    hits = [visit.hit for visit in visits if visit.hit is not None]
    return float(np.mean(hits))
