"""Sums over the visitors of each arm, kept up with every act: what inference needs, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.experiments.counts.columns import (
    COLUMNS,
    HAS,
    OWN,
    PAST,
    PAST_PURCHASES,
    PAST_REWARD,
    RATE,
    VALUES,
    WIDTH,
    XX,
    N,
    X,
)
from headwater_server.engine.experiments.counts.count_acts import Counted, change
from headwater_server.engine.experiments.counts.exposed import Exposed
from headwater_server.engine.messages.experiments import METRICS
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.cuped import Moments

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
        self._rows = np.zeros((arms, WIDTH))
        self._left = np.zeros((arms, WIDTH))  # of visitors whose rows are gone
        self._caps = np.full(len(METRICS), np.inf)

    @property
    def rows(self) -> list[list[float]]:
        """The sums of each arm."""
        return self._rows.tolist()

    def cap(self, metric: int) -> float:
        """Return the largest value of a metric that counts."""
        return float(self._caps[metric])

    def counted(self, closed: NDArray[np.bool_]) -> Counted:
        """Return the arrays that acts are counted in; ``closed`` by arm."""
        return Counted(self._rows, self._caps, closed)

    @property
    def visitors(self) -> list[int]:
        """How many each arm has."""
        return self._rows[:, N].astype(int).tolist()  # type: ignore[no-any-return]

    def enter(self, arm: int, past: tuple[float, float]) -> None:
        """Count a visitor who is exposed now, with the sums of the time before."""
        _enter(self._rows[arm], past)

    def change(self, arm: int, before: Sequence[float], after: Sequence[float]) -> None:
        """Count what a visitor's sums have become."""
        change(self._rows[arm], _values(before), _values(after), self._caps)

    def leave(self, arm: int, values: Sequence[float]) -> None:
        """Keep a visitor's part although the row goes: it names nobody."""
        past = values[PAST_REWARD], values[PAST_PURCHASES]
        _enter(self._left[arm], past)
        before = _values((0.0, 0.0, 0.0, 0.0, *past))
        change(self._left[arm], before, _values(values), self._caps)

    def moments(self, arm: int, metric: int) -> Moments:
        """Return an arm's sums of a metric and its covariates."""
        return moments_of(self._rows[arm].tolist(), metric)

    def arm(self, arm: int, metric: int) -> Arm:
        """Return mean and variance of a metric over an arm's visitors."""
        return arm_of(self._rows[arm].tolist(), metric)

    def capping(self, exposed: Exposed) -> Iterator[None]:
        """Find the caps again, and sum all rows under them, in steps."""
        if exposed.count >= CAPPED_FROM:
            yield from self._finding_caps(exposed)
        rows = self._left.copy()
        for arms, values in exposed.parts(STEP_ROWS):
            _add_all(rows, arms, values, self._caps)
            yield
        self._rows = rows

    def _finding_caps(self, exposed: Exposed) -> Iterator[None]:
        count = max(1, int(TAIL * exposed.count))
        largest = np.zeros((0, VALUES))
        for _, values in exposed.parts(STEP_ROWS):
            together = np.concatenate([largest, values])
            largest = -np.sort(-together, axis=0)[:count]
            yield
        least = largest[-1]
        caps = least[list(COLUMNS)]
        self._caps = np.where(caps > 0.0, caps, np.inf)
        self._caps[RATE] = np.inf

    def state(self) -> dict[str, NDArray[np.float64]]:
        """Return the sums and the caps."""
        return {"rows": self._rows, "left": self._left, "caps": self._caps}

    def load(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Replace the state by what `state` returned."""
        self._rows, self._left, self._caps = state["rows"], state["left"], state["caps"]


def _values(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def _enter(row: NDArray[np.float64], past: tuple[float, float]) -> None:
    row[N] += 1.0
    row[HAS] += 1.0 if past[0] or past[1] else 0.0
    for place, value in enumerate(past):
        row[X[place]] += value
        row[XX[place]] += value * value


def _add_all(
    rows: NDArray[np.float64],
    arms: NDArray[np.uint8],
    values: NDArray[np.float64],
    caps: NDArray[np.float64],
) -> None:
    """Add what `_enter` and `change` would, in the order of the rows, without pairwise sums."""

    def add(place: int, weights: NDArray[np.float64]) -> None:
        rows[:, place] += np.bincount(arms, weights, minlength=len(rows))

    past = values[:, [PAST_REWARD, PAST_PURCHASES]]
    has = (past != 0.0).any(axis=1).astype(np.float64)
    add(N, np.ones(len(values)))
    add(HAS, has)
    for place in range(2):
        add(X[place], past[:, place])
        add(XX[place], past[:, place] ** 2)
    for metric, column in enumerate(COLUMNS):
        each, at = np.minimum(values[:, column], caps[metric]), OWN + 4 * metric
        if metric == RATE:
            each = (values[:, column] > 0.0).astype(np.float64)
        for more, factor in enumerate((1.0, each, values[:, PAST[metric]], has)):
            add(at + more, each * factor)


def moments_of(row: Sequence[float], metric: int) -> Moments:
    """Return the moments of a metric, from the sums of an arm."""
    y, yy, yx, yh = row[OWN + 4 * metric : OWN + 4 * metric + 4]
    past = 0 if PAST[metric] == PAST_REWARD else 1
    x, xx, has = row[X[past]], row[XX[past]], row[HAS]
    products = np.array([[yy, yx, yh], [yx, xx, x], [yh, x, has]])  # without history x is 0
    return Moments(int(row[N]), np.array([y, x, has]), products)


def arm_of(row: Sequence[float], metric: int) -> Arm:
    """Return mean and variance of a metric, from the sums of an arm."""
    y, yy = row[OWN + 4 * metric : OWN + 4 * metric + 2]
    return Arm.from_sums(int(row[N]), y, max(0.0, yy))
