"""Bayesian probit regression: River's AdPredictor for whole slates and for real-valued features."""

from __future__ import annotations

import math
from collections.abc import Generator
from statistics import NormalDist
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from river import base

from headwater_server.models.base import done, growing

BIAS = 0
"""Number of the bias, which is in every row, with value 1."""

SURPRISE_MAX = 5.0
"""Deviations at which a surprise is cut off; far below it the step is 0 / 0."""
CHANCE_MIN = 1e-12
_ROWS_START = 64


@njit(cache=True)
def _cdf(t):
    # erfc, not 1 - erf: a small chance keeps all its digits
    return 0.5 * math.erfc(-t / math.sqrt(2.0))


@njit(cache=True)
def _cdfs(t, out):
    for i in range(len(t)):
        out[i] = _cdf(t[i])


def normal_cdf(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Φ of each number: the share of a standard normal that lies below it.

    >>> normal_cdf(np.array([0.0, 1.6448536269514722])).round(6).tolist()
    [0.5, 0.95]
    """
    out = np.empty(len(t))
    _cdfs(t, out)
    return out


def log_normal_cdf(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithm of Φ of each number, of any shape; finite for all that are.

    >>> log_normal_cdf(np.array([[0.0, -50.0]])).round(2).tolist()
    [[-0.69, -706.89]]
    """
    chances = normal_cdf(t.reshape(-1)).reshape(t.shape)
    return np.log(np.maximum(chances, 1e-307))


@njit(cache=True)
def _latent(indices, values, means, variances, bias):
    """Return (mean, variance) of the sum of one row's weights, each times its value."""
    # the bias comes as an argument: before the first row it is only computed, since a read must
    # not write it
    mean, variance = bias, variances[BIAS]
    for place in range(1, len(indices)):
        weight, value = indices[place], values[place]
        mean += value * means[weight]
        variance += value * value * variances[weight]
    return mean, variance


@njit(cache=True)
def _step(sign, surprise):
    """Return (y v, u) of an act (1) or none (-1), as the class describes them."""
    t = max(-SURPRISE_MAX, min(SURPRISE_MAX, sign * surprise))
    v = math.exp(-0.5 * t * t) / math.sqrt(2.0 * math.pi) / _cdf(t)
    return sign * v, v * (v + t)


@njit(cache=True)
def _learn_one(indices, values, acted, means, variances, beta, epsilon):
    """Assumed-density filtering of one row; return the chance of an act before it.

    ``acted`` is 0 to 1: between, the step is that part of the step of an act, and the rest of that
    of none, as the derivatives of the logarithm of Φ(t)^y Φ(-t)^(1-y) are.
    """
    mean, variance = _latent(indices, values, means, variances, means[BIAS])
    total = variance + beta * beta
    spread = math.sqrt(total)
    chance = _cdf(mean / spread)
    if acted <= 0.0 or acted >= 1.0:
        step, w = _step(1.0 if acted > 0.0 else -1.0, mean / spread)
    else:
        up, w_up = _step(1.0, mean / spread)
        down, w_down = _step(-1.0, mean / spread)
        step, w = acted * up + (1.0 - acted) * down, acted * w_up + (1.0 - acted) * w_down
    for place in range(len(indices)):
        weight, x = indices[place], values[place]
        if x == 0.0:
            continue
        before = variances[weight]
        moved = means[weight] + x * before / spread * step
        # every weight moves by the variances of before the row, which `total` sums
        left = before * (1.0 - x * x * before / total * w)
        # the step back to the prior mixes precisions (1 / variance), in which normals multiply
        after = left / ((1.0 - epsilon) + epsilon * left)
        means[weight] = after * (1.0 - epsilon) * moved / left if epsilon > 0.0 else moved
        variances[weight] = after if epsilon > 0.0 else left
    return min(1.0 - CHANCE_MIN, max(CHANCE_MIN, chance))


@njit(cache=True)
def _learn(indices, values, acted, means, variances, beta, epsilon, chances):
    for row in range(len(acted)):
        chances[row] = _learn_one(
            indices[row], values[row], acted[row], means, variances, beta, epsilon
        )


@njit(cache=True)
def _latents(indices, values, means, variances, bias, out):
    for row in range(len(indices)):
        out[0, row], out[1, row] = _latent(indices[row], values[row], means, variances, bias)


class Probit(base.Classifier):
    r"""Bayesian probit regression by assumed-density filtering.

    $P(y = 1) = \Phi(w \cdot x / \beta)$ with a belief $w_i \sim N(\mu_i, \sigma_i^2)$ for each
    weight, prior $N(0, 1)$. With $\Sigma^2 = \beta^2 + \sum_i x_i^2 \sigma_i^2$, $y = \pm 1$,
    $t = y \sum_i x_i \mu_i / \Sigma$, $v = \phi(t) / \Phi(t)$ and $u = v (v + t)$, one row moves

    $$\mu_i \mathrel{+}= y x_i \frac{\sigma_i^2}{\Sigma} v, \qquad
      \sigma_i^2 \mathrel{*}= 1 - x_i^2 \frac{\sigma_i^2}{\Sigma^2} u$$

    and then moves the weight by ``epsilon`` back towards its prior. For x of 0 and 1 these are the
    numbers of `river.linear_model.AdPredictor` (a test compares them), which supports no others;
    here the size of a value counts, so that 0.1 is an indicator of prior deviation 0.1.

    Rows consist of the weights' numbers and values, so a slate is learned or read in one call.

    Parameters
    ----------
    beta
        Deviation of the noise.
    prior_probability
        The chance before the first row; it sets the initial bias.
    epsilon
        Share by which a used weight returns to its prior, so that it never stops changing.

    References
    ----------
    T. Graepel, J. Q. Candela, T. Borchert, R. Herbrich, "Web-scale Bayesian click-through rate
    prediction for sponsored search advertising in Microsoft's Bing search engine", ICML 2010.

    Examples
    --------
    >>> model = Probit()
    >>> for _ in range(300):
    ...     model.learn_one({"red": 1.0}, True)
    ...     model.learn_one({"blue": 1.0}, False)
    >>> model.predict_proba_one({"red": 1.0})[True] > 0.8
    True
    """

    def __init__(
        self, beta: float = 1.0, prior_probability: float = 0.02, epsilon: float = 1e-4
    ) -> None:
        self.beta = beta
        self.prior_probability = prior_probability
        self.epsilon = epsilon
        self.means = np.zeros(_ROWS_START)
        self.variances = np.ones(_ROWS_START)
        self._begun = False
        self._numbers: dict[Any, int] = {}

    def reserve(self, rows: int) -> None:
        """Make room for weights numbered below ``rows``, each at its prior."""
        done(self.reserving(rows))

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Do the same in steps, between which it may be read."""
        means = yield from growing(self.means, rows)
        variances = yield from growing(self.variances, rows, 1.0)
        self.means, self.variances = means, variances

    def forget(self, weights: NDArray[np.int64]) -> None:
        """Reset ``weights`` to their prior."""
        self.means[weights] = 0.0
        self.variances[weights] = 1.0

    def _bias(self, values: NDArray[np.float64]) -> float:
        """Return the bias's mean: the chance of a first row like this is the prior one."""
        if self._begun:
            return float(self.means[BIAS])
        rest = float(sum(value * value for value in values.tolist()[1:]))
        return NormalDist().inv_cdf(self.prior_probability) * math.sqrt(self.beta**2 + rest)

    def learn_many(
        self, indices: NDArray[np.int64], values: NDArray[np.float64], acted: NDArray[Any]
    ) -> NDArray[np.float64]:
        """Learn rows in order, how much of an act each had, 0 to 1; return the chances before."""
        chances = np.empty(len(acted))
        if len(acted):
            self.means[BIAS], self._begun = self._bias(values[0]), True
            weights = self.means, self.variances
            parts = np.asarray(acted, dtype=np.float64)
            _learn(indices, values, parts, *weights, self.beta, self.epsilon, chances)
        return chances

    def latent_many(
        self, indices: NDArray[np.int64], values: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (means, variances) of w·x for each row; a pure read."""
        out = np.empty((2, len(values)))
        bias = self._bias(values[0]) if len(values) else 0.0
        _latents(indices, values, self.means, self.variances, bias, out)
        return out[0], out[1]

    def score_many(
        self, indices: NDArray[np.int64], values: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the chance of an act for each row; a pure read."""
        mean, variance = self.latent_many(indices, values)
        chances = normal_cdf(mean / np.sqrt(variance + self.beta**2))
        return np.asarray(np.clip(chances, CHANCE_MIN, 1.0 - CHANCE_MIN))

    def _row(self, x: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the row of a dict; an unknown feature is a weight at its prior."""
        spare = len(self.means) - 1
        known = [(self._numbers.get(name, spare), float(x[name])) for name in x if x[name]]
        numbers, values = zip((BIAS, 1.0), *known, strict=True)
        return np.array([numbers], dtype=np.int64), np.array([values])

    def learn_one(self, x: Any, y: Any, **kwargs: Any) -> None:
        """River's API; ``x`` numbers by name."""
        for name in x:
            self._numbers.setdefault(name, len(self._numbers) + 1)
        if len(self._numbers) + 2 > len(self.means):  # the last one represents unknown names
            self.reserve(2 * len(self.means))
        self.learn_many(*self._row(x), np.array([float(y)]))

    def predict_proba_one(self, x: Any, **kwargs: Any) -> dict[Any, float]:
        """River's API: the chance of an act, without changing anything."""
        chance = float(self.score_many(*self._row(x))[0])
        return {False: 1.0 - chance, True: chance}

    def state(self) -> dict[str, Any]:
        """Return the whole state, not copied."""
        return {"means": self.means, "variances": self.variances, "begun": self._begun}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.means, self.variances = state["means"], state["variances"]
        self._begun = state["begun"]
