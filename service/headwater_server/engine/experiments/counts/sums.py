"""Sums over the visitors of each arm, kept up with every act: what inference needs, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.experiments.counts.exposed import (
    ACTS,
    PAST_PURCHASES,
    PAST_REWARD,
    PURCHASES,
    REVENUE,
    REWARD,
    VALUES,
    Exposed,
)
from headwater_server.engine.messages.experiments import METRICS
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.cuped import Moments

_PAST = (PAST_REWARD, PAST_REWARD, PAST_REWARD, PAST_PURCHASES, PAST_PURCHASES)
"""Of each metric: which sum of the time before the exposure explains it."""
_COLUMNS = (ACTS, ACTS, REWARD, PURCHASES, REVENUE)
_RATE = METRICS.index("act_rate")
_AMOUNTS = tuple(place for place in range(len(METRICS)) if place != _RATE)
_N, _HAS = 0, 1
_X, _XX = (2, 3), (4, 5)  # of past rewards, of past purchases
_OWN = 6  # of each metric: sums of y, y y, y x, and y where there is a history
WIDTH = _OWN + 4 * len(METRICS)
STEP_ROWS = 5_000
"""Rows that are summed, or whose largest are found, in one step: about two milliseconds."""
TAIL = 0.001
"""The largest values of so large a share of the visitors count as the least of them."""
CAPPED_FROM = 1_000
"""Visitors from which on values are capped."""


class Sums:
    """One row an arm. ``caps``: the largest value of each metric that counts.

    >>> sums = Sums(arms=2)
    >>> sums.enter(1, past=(0.5, 0.0))
    >>> sums.change(1, [0, 0, 0, 0, 0.5, 0.0], [1, 0.3, 0, 0, 0.5, 0.0])
    >>> sums.arm(1, METRICS.index("reward"))
    Arm(visitors=1, mean=0.3, variance=0.0)
    """

    def __init__(self, arms: int) -> None:
        self.rows = [[0.0] * WIDTH for _ in range(arms)]
        self.left = [[0.0] * WIDTH for _ in range(arms)]  # of visitors whose rows are gone
        self.caps = [np.inf] * len(METRICS)

    @property
    def visitors(self) -> list[int]:
        """How many each arm has."""
        return [int(row[_N]) for row in self.rows]

    def enter(self, arm: int, past: tuple[float, float]) -> None:
        """Count a visitor who is exposed now, with the sums of the time before."""
        _enter(self.rows[arm], past)

    def change(self, arm: int, before: Sequence[float], after: Sequence[float]) -> None:
        """Count what a visitor's sums have become."""
        _change(self.rows[arm], before, after, self.caps)

    def leave(self, arm: int, values: Sequence[float]) -> None:
        """Keep a visitor's part although the row goes: it names nobody."""
        past = values[PAST_REWARD], values[PAST_PURCHASES]
        _enter(self.left[arm], past)
        _change(self.left[arm], (0.0, 0.0, 0.0, 0.0, *past), values, self.caps)

    def moments(self, arm: int, metric: int) -> Moments:
        """Return an arm's sums of a metric and its covariates."""
        return moments_of(self.rows[arm], metric)

    def arm(self, arm: int, metric: int) -> Arm:
        """Return mean and variance of a metric over an arm's visitors."""
        return arm_of(self.rows[arm], metric)

    def capping(self, exposed: Exposed) -> Iterator[None]:
        """Find the caps again, and sum all rows under them, in steps."""
        if exposed.count >= CAPPED_FROM:
            yield from self._finding_caps(exposed)
        rows = np.array(self.left)
        for arms, values in exposed.parts(STEP_ROWS):
            _add_all(rows, arms, values, self.caps)
            yield
        self.rows = rows.tolist()

    def _finding_caps(self, exposed: Exposed) -> Iterator[None]:
        count = max(1, int(TAIL * exposed.count))
        largest = np.zeros((0, VALUES))
        for _, values in exposed.parts(STEP_ROWS):
            together = np.concatenate([largest, values])
            largest = -np.sort(-together, axis=0)[:count]
            yield
        least = largest[-1]
        caps = [float(least[column]) for column in _COLUMNS]
        self.caps = [cap if cap > 0.0 else np.inf for cap in caps]
        self.caps[_RATE] = np.inf

    def state(self) -> dict[str, NDArray[np.float64]]:
        """Return the sums and the caps."""
        names = ("rows", "left", "caps")
        return {name: np.array(getattr(self, name), np.float64) for name in names}

    def load(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Replace the state by what `state` returned."""
        self.rows, self.left = state["rows"].tolist(), state["left"].tolist()
        self.caps = state["caps"].tolist()


def _enter(row: list[float], past: tuple[float, float]) -> None:
    row[_N] += 1.0
    row[_HAS] += 1.0 if past[0] or past[1] else 0.0
    for place, value in enumerate(past):
        row[_X[place]] += value
        row[_XX[place]] += value * value


def _change(
    row: list[float], before: Sequence[float], after: Sequence[float], caps: Sequence[float]
) -> None:
    """Add what has changed of a visitor; each act of each experiment comes here."""
    if before[ACTS] <= 0.0 < after[ACTS]:
        _add(row, _RATE, 0.0, 1.0, after)
    for metric in _AMOUNTS:
        old, new = before[_COLUMNS[metric]], after[_COLUMNS[metric]]
        if old != new:
            cap = caps[metric]
            _add(row, metric, min(cap, old), min(cap, new), after)


def _add(row: list[float], metric: int, old: float, new: float, values: Sequence[float]) -> None:
    at, more = _OWN + 4 * metric, new - old
    row[at] += more
    row[at + 1] += new * new - old * old
    if values[PAST_REWARD] or values[PAST_PURCHASES]:
        row[at + 2] += more * values[_PAST[metric]]
        row[at + 3] += more


def _add_all(
    rows: NDArray[np.float64],
    arms: NDArray[np.uint8],
    values: NDArray[np.float64],
    caps: Sequence[float],
) -> None:
    """Add what `_enter` and `_change` would, in the order of the rows, without pairwise sums."""

    def add(place: int, weights: NDArray[np.float64]) -> None:
        rows[:, place] += np.bincount(arms, weights, minlength=len(rows))

    past = values[:, [PAST_REWARD, PAST_PURCHASES]]
    has = (past != 0.0).any(axis=1).astype(np.float64)
    add(_N, np.ones(len(values)))
    add(_HAS, has)
    for place in range(2):
        add(_X[place], past[:, place])
        add(_XX[place], past[:, place] ** 2)
    for metric, column in enumerate(_COLUMNS):
        each, at = np.minimum(values[:, column], caps[metric]), _OWN + 4 * metric
        if metric == _RATE:
            each = (values[:, column] > 0.0).astype(np.float64)
        for more, factor in enumerate((1.0, each, values[:, _PAST[metric]], has)):
            add(at + more, each * factor)


def moments_of(row: Sequence[float], metric: int) -> Moments:
    """Return the moments of a metric, from the sums of an arm."""
    y, yy, yx, yh = row[_OWN + 4 * metric : _OWN + 4 * metric + 4]
    past = 0 if _PAST[metric] == PAST_REWARD else 1
    x, xx, has = row[_X[past]], row[_XX[past]], row[_HAS]
    products = np.array([[yy, yx, yh], [yx, xx, x], [yh, x, has]])  # without history x is 0
    return Moments(int(row[_N]), np.array([y, x, has]), products)


def arm_of(row: Sequence[float], metric: int) -> Arm:
    """Return mean and variance of a metric, from the sums of an arm."""
    y, yy = row[_OWN + 4 * metric : _OWN + 4 * metric + 2]
    return Arm.from_sums(int(row[_N]), y, max(0.0, yy))
