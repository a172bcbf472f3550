"""What one action is worth, as a Gaussian belief about a linear function of the context."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

BIAS, SCORE = 0, 1
"""Places of the constant, and of the ranker's score; those of the context follow."""
BIAS_PRIOR, PRIOR = 2.0, 3.0
"""Prior variances of the constant, and of all other weights together, in units of the noise."""
_WIDTH_START = 8


@njit(cache=True)
def _values_of(cov, weights, places, values, unknown):
    width = len(cov)
    mean, ones, variance = 0.0, 0.0, PRIOR * unknown
    for a in range(len(places)):
        i = places[a]
        if i >= width:  # not met by this action yet: as the prior has it
            variance += PRIOR * values[a] * values[a]
            continue
        row = 0.0
        for b in range(len(places)):
            if places[b] < width:
                row += cov[i, places[b]] * values[b]
        mean += weights[0, i] * values[a]
        ones += weights[1, i] * values[a]
        variance += values[a] * row
    return mean, ones, variance


@njit(cache=True)
def _fade(cov, share):
    """Move the belief by a share back towards the prior variances."""
    for i in range(len(cov)):
        for j in range(len(cov)):
            cov[i, j] *= 1.0 - share
        cov[i, i] += share * (BIAS_PRIOR if i == BIAS else PRIOR)


@njit(cache=True)
def _gain_of(cov, places, values, gain):
    for a in range(len(places)):
        for j in range(len(cov)):
            gain[j] += cov[places[a], j] * values[a]


@njit(cache=True)
def _learn(cov, weights, places, values, reward, share):
    if share > 0.0:
        _fade(cov, share)
    gain = np.zeros(len(cov))
    _gain_of(cov, places, values, gain)
    spread, mean, ones = 1.0, 0.0, 0.0
    for a in range(len(places)):
        spread += gain[places[a]] * values[a]
        mean += weights[0, places[a]] * values[a]
        ones += weights[1, places[a]] * values[a]
    for i in range(len(cov)):
        weights[0, i] += gain[i] * (reward - mean) / spread
        weights[1, i] += gain[i] * (1.0 - ones) / spread
        for j in range(len(cov)):
            cov[i, j] -= gain[i] * gain[j] / spread


@njit(cache=True)
def _correct(cov, weights, places, values, by):
    gain = np.zeros(len(cov))
    _gain_of(cov, places, values, gain)
    for i in range(len(cov)):
        weights[0, i] += by * gain[i]


class Belief:
    r"""Bayesian linear regression of the reward: $r = m + w \cdot x + \text{noise}$.

    With noise of variance $\sigma^2$ and the prior $w \sim N(0, \sigma^2 \Lambda)$, a reward moves

    $$k = \frac{\Sigma x}{1 + x \cdot \Sigma x}, \qquad
      w \mathrel{+}= k (r - m - w \cdot x), \qquad \Sigma \mathrel{-}= k (\Sigma x)^T$$

    and the belief about the value is $N(m + w \cdot x, \sigma^2 x \cdot \Sigma x)$. Weights and
    $\Sigma$ do not depend on $\sigma$, so a reward of another size is learned alike. $m$ is what
    other actions earn, which becomes known later: so the solution for rewards of 1 is kept beside
    that for the rewards, and $w = w_r - m w_1$ for any $m$.

    Source: L. Li, W. Chu, J. Langford, R. Schapire, "A contextual-bandit approach to personalized
    news article recommendation", WWW 2010 (one ridge regression for each action).

    >>> belief, x = Belief(), (np.array([0]), np.array([1.0]), 0.0)
    >>> for _ in range(100):
    ...     belief.learn(x, 1.0)
    >>> mean, variance = belief.value(x, others=0.0)
    >>> 0.99 < mean < 1.0, 0.0 < variance < 0.011
    (True, True)
    """

    __slots__ = ("cov", "weights")

    def __init__(self) -> None:
        self.weights = np.zeros((2, 0))
        self.cov = np.zeros((0, 0))
        self._widen(_WIDTH_START)

    def value(self, x: Vector, others: float) -> tuple[float, float]:
        """Return (mean, variance in units of the noise's) of the reward; a pure read."""
        mean, ones, variance = _values_of(self.cov, self.weights, *x)
        return others + mean - others * ones, max(0.0, variance)

    def learn(self, x: Vector, reward: float, fading: float = 0.0) -> None:
        """Learn a reward; ``fading`` is the share by which variances return to the prior first."""
        places, values, _ = x
        self._reach(places)
        _learn(self.cov, self.weights, places, values, float(reward), float(fading))

    def correct(self, x: Vector, by: float) -> None:
        """Learn that a reward was larger by so much: the same as if it had been from the start."""
        places, values, _ = x
        self._reach(places)
        _correct(self.cov, self.weights, places, values, float(by))

    def _reach(self, places: NDArray[np.int64]) -> None:
        """Make room for the places: kernels read and write without looking at the bounds."""
        while len(places) and int(places.max()) >= len(self.cov):
            self._widen(2 * len(self.cov))

    def _widen(self, width: int) -> None:
        before = len(self.cov)
        cov, weights = np.eye(width) * PRIOR, np.zeros((2, width))
        cov[BIAS, BIAS] = BIAS_PRIOR
        cov[:before, :before], weights[:, :before] = self.cov, self.weights
        self.cov, self.weights = cov, weights


Vector = tuple[NDArray[np.int64], NDArray[np.float64], float]
"""A context: places and values of what is known, and the squares of the unknown values, summed."""
State = dict[str, Any]
