"""The betting sequence: an interval that stays true however often one looks."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, at_least, column, confidence, within
from headwater_server.inference.interval import Interval

_CAP = 0.5
"""The most of the capital that one bet may lose: with 1, a single row of 0 would end the game."""
_HALVINGS = 60
_SMALLEST = 1e-300


def betting_sequence(weights: ArrayLike, rewards: ArrayLike, level: float = 0.95) -> Interval:
    r"""Return an interval of E[w r] for rewards from 0 to 1, valid at every row at once.

    A gambler who thinks that the mean is above m bets on each row before it is seen:

    .. math:: K_t(m) = \prod_{i \le t} \bigl(1 + \lambda_i (x_i - m)\bigr), \qquad
        0 \le \lambda_i \le c/m \text{ chosen from } x_1 \dots x_{i-1}

    If m is the mean, K is a fair game or worse, so it reaches 2/alpha with a chance of at most
    alpha/2 (Ville). The low end is the largest m at which it has. The high end is 1 minus the low
    end of w (1 - r): since the mean weight is 1, that is the mean of 1 - r. No bound on the
    weights is needed. Bets are sqrt(2 log(2/alpha) / (t log(1 + t) s^2)), s^2 the variance so far.

    Parameters
    ----------
    weights, rewards
        In the order of the answers: the sequence is over time, and cannot be sorted.

    Assumptions: true propensities with full support (mean weight 1); each row's mean, given those
    before it, is the same. The rows may otherwise depend on each other, and n need not be fixed.

    It is wide. With 40 clicks in 10,000 rows and weights up to 400 it is 10 to 20 times as wide as
    the rate; its low end is at a third of the rate. It is for logs with much exploration that are
    read every day, and for rewards that are not rare.

    Examples
    --------
    >>> rewards = [1.0, 0.0, 0.0, 0.0, 0.0] * 200
    >>> interval = betting_sequence([1.0] * 1000, rewards)
    >>> round(interval.low, 2), round(interval.high, 2)
    (0.16, 0.25)
    >>> betting_sequence([1.0], [1.0])
    Interval(low=0.0, high=1.0, level=0.95)

    Source: I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by betting",
    JRSS B 86, 2024; for weights: I. Waudby-Smith, L. Wu, A. Ramdas, N. Karampatziakis,
    "Anytime-valid off-policy inference for contextual bandits", 2024.
    """
    tail = confidence(level) / 2.0
    scale = column("weights", weights)
    at_least("weights", scale, 0.0)
    earned = column("rewards", rewards, len(scale))
    within("rewards", earned, 0.0, 1.0)
    low = _low(scale * earned, tail)
    high = 1.0 - _low(scale * (1.0 - earned), tail)
    return Interval(min(1.0, low), max(0.0, high), level)


def _low(values: Floats, tail: float) -> float:
    """Return the largest mean that the bets refute, by halving: K falls as m grows."""
    bets, enough = _bets(values, tail), math.log(1.0 / tail)
    low, high = 0.0, float(values.mean())
    if high < _SMALLEST:
        return 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        stakes = np.minimum(bets, _CAP / middle)
        if np.cumsum(np.log1p(stakes * (values - middle))).max() >= enough:
            low = middle
        else:
            high = middle
    return low


def _bets(values: Floats, tail: float) -> Floats:
    """Return what each row's bet is, from the rows before it."""
    time = np.arange(1, len(values) + 1)
    mean = (0.5 + np.cumsum(values)) / (time + 1)
    spread = (0.25 + np.cumsum((values - mean) ** 2)) / (time + 1)
    before = np.concatenate([[0.25], spread[:-1]])
    return np.asarray(np.sqrt(2.0 * math.log(1.0 / tail) / (time * np.log1p(time) * before)))
