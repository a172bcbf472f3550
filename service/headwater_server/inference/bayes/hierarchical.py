"""Rates of items that share a prior which is itself uncertain: they hold for few items, too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, expit, logit

from headwater_server.inference.bayes.counts import counts_of
from headwater_server.inference.checks import Floats

_STRENGTHS = np.linspace(np.log(0.5), np.log(1e5), 25)  # their logarithms
_DEVIATIONS = np.linspace(-3.0, 3.0, 9)
_SMALLEST = 1e-4
"""The share of the probability below which a prior of the grid is left out."""


@dataclass(frozen=True, slots=True)
class HierarchicalPrior:
    r"""Several priors Beta(a, b), each with the probability that it is the items' one.

    Examples
    --------
    >>> a, b = np.array([2.0, 3.0]), np.array([98.0, 97.0])
    >>> prior = HierarchicalPrior(a, b, np.array([0.5, 0.5]))
    >>> prior.mean
    0.025
    >>> [part.round(2).tolist() for part in prior.posterior([5.0], [50.0])]
    [[7.24], [137.64]]
    """

    a: Floats
    b: Floats
    weights: Floats

    @property
    def mean(self) -> float:
        """Return the rate of an item of which nothing is known."""
        return float((self.weights * self.a / (self.a + self.b)).sum())

    def posterior(self, acts: ArrayLike, seen: ArrayLike) -> tuple[Floats, Floats]:
        """Return a and b of the Beta with mean and variance of each item's posterior."""
        acted, shown = counts_of(acts, seen)
        first = self.a[:, None] + acted
        strength = first + self.b[:, None] + (shown - acted)
        rates = first / strength
        mean = self.weights @ rates
        within = rates * (1.0 - rates) / (strength + 1.0)
        variance = self.weights @ (within + (rates - mean) ** 2)
        matched = mean * (1.0 - mean) / variance - 1.0
        return mean * matched, (1.0 - mean) * matched


def fit_hierarchical(acts: ArrayLike, seen: ArrayLike) -> HierarchicalPrior:
    r"""Return what counts of many items, or of few, say of the prior of their rates.

    .. math:: p(m, s \mid k, n) \propto s^{-5/2} \, \prod_i
        \frac{B(s m + k_i,\; s (1 - m) + n_i - k_i)}{B(s m,\; s (1 - m))}

    on a grid of 25 strengths s = a + b, then of 25 between those that matter, and 9 means m = a / s
    each, with the density s^{-5/2} for (a, b) before any data.

    Parameters
    ----------
    acts, seen
        k and n: for each item, how often it was acted on and how often seen; faded counts, which
        are not whole, do. At least one item was seen, else a ValueError.

    Assumptions: items' rates are draws from one Beta distribution; slots do not depend on each
    other. The most likely prior alone is too narrow for few items: of 5 items with 50 slots each,
    its 90 % intervals covered 0.39, these 0.92.

    Examples
    --------
    >>> prior = fit_hierarchical([5, 30, 10, 50, 22], [1000] * 5)
    >>> round(prior.mean, 3), len(prior.weights)
    (0.061, 125)

    Source: A. Gelman et al., "Bayesian data analysis", 2013, section 5.3.
    """
    acted, shown = counts_of(acts, seen)
    is_seen = shown > 0.0
    if not is_seen.any():
        raise ValueError("seen is 0 for all items: there is nothing to fit")
    acted, shown = acted[is_seen], shown[is_seen]
    coarse = _grid(_STRENGTHS, acted, shown)
    matter = np.log(coarse.a + coarse.b)
    step = _STRENGTHS[1] - _STRENGTHS[0]
    finer = np.linspace(matter.min() - step, matter.max() + step, len(_STRENGTHS))
    return _grid(finer, acted, shown)


def _grid(log_strengths: Floats, acts: Floats, seen: Floats) -> HierarchicalPrior:
    grids = [_priors(float(np.exp(log)), acts, seen) for log in log_strengths]
    a, b, logs = (np.concatenate(parts) for parts in zip(*grids, strict=True))
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    kept = weights >= _SMALLEST
    return HierarchicalPrior(a[kept], b[kept], weights[kept] / weights[kept].sum())


def _priors(strength: float, acts: Floats, seen: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a, b and the logarithm of the probability of the priors of one strength."""
    worth = (strength + 1.0) / (seen + strength)  # of a slot: those of one item repeat it
    slots, acted = float((worth * seen).sum()), float((worth * acts).sum())
    center = (acted + 0.5) / (slots + 1.0)
    spread = 1.0 / np.sqrt(center * (1.0 - center) * (slots + 1.0))
    means = expit(logit(center) + spread * _DEVIATIONS)
    a, b = strength * means, strength * (1.0 - means)
    likelihood = betaln(a[:, None] + acts, b[:, None] + (seen - acts)) - betaln(a, b)[:, None]
    density = np.log(means * (1.0 - means)) - 0.5 * np.log(strength) + np.log(spread)
    return a, b, likelihood.sum(axis=1) + density
