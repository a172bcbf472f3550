"""Many Beta distributions as few: those that hardly differ are one, with their number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.inference.checks import Floats

_STEP = 0.1
"""Of a standard deviation: so far apart are the middles of neighbouring groups."""


class Alike(NamedTuple):
    """Groups by mean a and b, their sizes, and each distribution's group."""

    a: Floats
    b: Floats
    sizes: Floats
    groups: NDArray[np.int64]


def alike(a: Floats, b: Floats) -> Alike:
    r"""Return groups of distributions with nearly the same mean and spread.

    The square root of a, and the logarithm of b times the root of a, move by 0.1 when the mean
    moves by about a fifth of its standard deviation.

    >>> found = alike(np.array([2.0, 2.001, 9.0]), np.array([98.0, 98.0, 91.0]))
    >>> found.sizes.tolist(), found.groups.tolist()
    ([2.0, 1.0], [0, 0, 1])
    """
    roots = np.rint(np.sqrt(a) / _STEP)
    rests = np.rint(np.log(b) * np.maximum(1.0, roots * _STEP) / (2.0 * _STEP))
    _, groups, sizes = np.unique(
        np.stack([roots, rests]), axis=1, return_inverse=True, return_counts=True
    )
    groups = groups.reshape(-1)
    mean_a, mean_b = (np.bincount(groups, weights=part) / sizes for part in (a, b))
    return Alike(mean_a, mean_b, sizes.astype(np.float64), groups)
