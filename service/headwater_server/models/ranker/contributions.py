"""The parts of a score by family of features, relative to the average candidate's score."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.ranker.network import CLIP, LEAK


class Contributions(NamedTuple):
    """``average`` + the sum of a row of ``parts`` + its ``rest`` = the score of that row.

    ``parts`` float64[rows, families], ``rest`` float64[rows]; ``average`` the score of the
    candidate that has the mean of all features; ``rest_is`` names the rest: "item" (what is
    learned of the item itself) or "other" (the joint effect of several families).
    """

    parts: NDArray[np.float64]
    rest: NDArray[np.float64]
    average: float
    rest_is: str


def network_contributions(
    features: NDArray[Any],
    context: NDArray[Any],
    bias: NDArray[Any],
    tables: tuple[Any, Any],
    rows: NDArray[Any],
    families: NDArray[Any],
) -> Contributions:
    r"""Decompose the scores of ``rows`` exactly.

    For the score $s = \rho + w f + v\,L(a)$, $a = W f + V c + \beta$, and the average candidate
    $\bar f, \bar\rho, \bar a$, feature $j$ contributes

    $$(f_j - \bar f_j)\Big(w_j + \sum_h v_h W_{jh}
      \frac{L(a_h) - L(\bar a_h)}{a_h - \bar a_h}\Big)$$

    Since $a$ moves along a straight line from $\bar a_h$ to $a_h$, the quotient is the mean of the
    unit's slope in between: the rescale rule of DeepLIFT and the path integral of integrated
    gradients are the same number here, without approximation. ``tables`` are the ranker's
    (moments, parameters), ``families`` int64[features] the family of each feature.

    References
    ----------
    A. Shrikumar et al., "Learning important features through propagating activation
    differences", ICML 2017.
    M. Sundararajan et al., "Axiomatic attribution for deep networks", ICML 2017.
    """
    (mean, variance, c_mean, c_variance), (w, W, V, beta, v) = tables  # noqa: N806 - the paper's
    scaled = _standardised(features, mean, variance)
    c = _standardised(context, c_mean, c_variance)
    usual, usual_bias = scaled.mean(axis=0), float(np.mean(bias, dtype=np.float64))
    begins = beta + (c[:, None] * V).sum(axis=0)
    a_usual = begins + (usual[:, None] * W).sum(axis=0)
    a = begins + (scaled[rows][:, :, None] * W).sum(axis=1)
    weights = w + (W * (v * _slopes(a, a_usual))[:, None, :]).sum(axis=2)
    average = usual_bias + float((w * usual).sum()) + float((v * _leaky(a_usual)).sum())
    by_feature = (scaled[rows] - usual) * weights
    count = int(families.max()) + 1
    parts = np.stack([by_feature[:, families == n].sum(axis=1) for n in range(count)], axis=1)
    return Contributions(parts, bias[rows] - usual_bias, average, "item")


def _standardised(values: Any, mean: Any, variance: Any) -> NDArray[np.float64]:
    wide = (np.asarray(values, dtype=np.float64) - mean) / np.sqrt(variance + 1e-4)
    clipped: NDArray[np.float64] = np.clip(wide, -float(CLIP), float(CLIP))
    return clipped


def _leaky(a: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(a > 0, a, float(LEAK) * a)


def _slopes(a: NDArray[np.float64], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean slope of LeakyReLU between ``start`` and ``a``; at a point, its slope."""
    gap = a - start
    here = np.where(a > 0, 1.0, float(LEAK))
    still = np.abs(gap) < 1e-12
    rise = _leaky(a) - _leaky(start)
    return np.where(still, here, rise / np.where(still, 1.0, gap))


def by_leaving_out(
    ranker: Any,
    features: NDArray[Any],
    context: NDArray[Any],
    rows: NDArray[Any],
    families: NDArray[Any],
) -> Contributions:
    r"""Score again with any ranker, each family of features in turn set to its mean.

    A family's part is $s(x) - s(x \text{ with the family's features at their mean})$, a difference
    of log-odds. Of a linear model these parts are exact; of others they need not sum to
    the score, and the difference, a joint effect of several families, is the ``rest``.
    """
    no_items = np.zeros(0, dtype=np.int32)
    mean = features.mean(axis=0, dtype=np.float64).astype(features.dtype)
    count = int(families.max()) + 1
    asked = [mean[None, :], features[rows]]
    for family in range(count):
        without = features[rows].copy()
        without[:, families == family] = mean[families == family]
        asked.append(without)
    scores = ranker.score_many(np.concatenate(asked), context, no_items).astype(np.float64)
    average, (whole, *others) = float(scores[0]), scores[1:].reshape(count + 1, len(rows))
    parts = np.stack([whole - other for other in others], axis=1)
    return Contributions(parts, whole - average - parts.sum(axis=1), average, "other")
