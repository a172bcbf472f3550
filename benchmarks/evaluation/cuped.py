"""How much variance CUPED saves: simulated shoppers, and a wholesaler's customers."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.shop import serve
from headwater_server.inference.experiments.cuped import Moments, variance_left

DAY_S = 86_400
HISTORY_DAYS = 180
SPLITS = 4
CAP = 0.99  # quantile: the few customers who buy hundreds of times as much are cut to it
Floats = NDArray[np.float64]


def check(data: Path, visits: int, seed: int) -> None:
    """Print the variance after CUPED by the variance before; the gates are on both data sets."""
    before, after = serve(visits, seed).halves()
    (visits_before, clicks_before), (visits_after, clicks_after) = (
        before.by_visitor(),
        after.by_visitor(),
    )
    here = visits_after > 0
    known = (visits_before > 0).astype(np.float64)
    shop = variance_left([Moments.of(clicks_after[here], clicks_before[here], known[here])])
    rows = [("simulated shop, clicks", f"{here.sum():,}", f"{shop:.3f}", "")]
    capped = []
    for day, lines_before, lines_after in splits(data):
        plain = left(lines_before, lines_after)
        cut = left(
            *(np.minimum(lines, np.quantile(lines, CAP)) for lines in (lines_before, lines_after))
        )
        capped.append(cut)
        name = f"online_retail, lines, split at day {day}"
        rows.append((name, f"{len(lines_after):,}", f"{plain:.3f}", f"{cut:.3f}"))
    show("variance left by CUPED", ("data", "visitors", "plain", "capped at p99"), rows)
    finish(
        [
            Bar("variance left, simulated shop", shop, 0.75),
            Bar("variance left, online_retail capped, mean", float(np.mean(capped)), 0.75),
        ]
    )


def left(before: Floats, after: Floats) -> float:
    """Return the variance left for these customers."""
    return variance_left([Moments.of(after, before, (before > 0).astype(np.float64))])


def splits(data: Path) -> list[tuple[int, Floats, Floats]]:
    """Return day, and the lines bought by each customer in 180 days before it and after it.

    Customers are those who bought after it: in an experiment, they would have been exposed.
    """
    times, customers = _purchases(data)
    days = (times - times[0]) / DAY_S
    found = []
    for day in np.linspace(HISTORY_DAYS, days[-1] - HISTORY_DAYS, SPLITS).astype(int).tolist():
        counts = [
            np.bincount(customers[(days >= start) & (days < start + HISTORY_DAYS)],
                        minlength=customers.max() + 1).astype(np.float64)
            for start in (day - HISTORY_DAYS, day)
        ]  # fmt: skip
        here = counts[1] > 0
        found.append((day, counts[0][here], counts[1][here]))
    return found


def _purchases(data: Path) -> tuple[Floats, NDArray[np.int64]]:
    with gzip.open(data, "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["event_type"] == "purchase"]
    numbers = np.unique([row["user_id"] for row in rows], return_inverse=True)[1]
    return np.array([float(row["timestamp"]) for row in rows]), numbers
