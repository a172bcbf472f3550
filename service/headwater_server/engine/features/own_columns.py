"""The columns of the shop's own features: the value, and how near it is to those of the history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

COLUMNS = 2
"""Columns of a feature: its value, and its nearness."""
LATEST = 20
"""Items of the history, newest first, that nearness is about."""
_FADING = 0.9
_LARGEST = 1e6
_HALF = np.float32(0.5)


class Own(NamedTuple):
    """Values float64[items, features], NaN where an item has none; scale float64[2, features].

    The first row of the scale is the centre, the second the unit: see `OwnValues`.
    """

    values: NDArray[np.float64]
    scale: NDArray[np.float64]


def column_names(features: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the columns, in their order.

    >>> column_names(["margin"])
    ('margin', 'margin_near')
    """
    return tuple(name for one in features for name in (one, f"{one}_near"))


@njit(cache=True, error_model="numpy")  # as `profile_similarity.score_items`
def describe_own(own, history, items, out):
    r"""Fill float32[COLUMNS * features, n]. An item without a value has 0 in both columns.

    For z, the value less the centre in units: $z / (1 + |z|)$; then the mean over the latest items
    x of the history with a value, other than the item itself, of $1 / (1 + 4 (z - z_x)^2)$, with
    weight 0.9 to the power of the place, less 1/2. So 0 says nothing in both.
    """
    values, (centre, unit) = own.values, (own.scale[0], own.scale[1])
    latest = history[:LATEST]
    for j in range(values.shape[1]):
        for i in range(len(items)):
            out[COLUMNS * j, i] = out[COLUMNS * j + 1, i] = np.float32(0.0)
            value = values[items[i], j]
            if np.isnan(value):
                continue
            z = min(max((value - centre[j]) / unit[j], -_LARGEST), _LARGEST)
            out[COLUMNS * j, i] = z / (1.0 + abs(z))
            near, total, weight = 0.0, 0.0, 1.0
            for x in latest:
                other = values[x, j]
                if x != items[i] and not np.isnan(other):
                    gap = 2.0 * (value - other) / unit[j]
                    near += weight / (1.0 + gap * gap)
                    total += weight
                weight *= _FADING
            if total > 0.0:
                out[COLUMNS * j + 1, i] = np.float32(near / total) - _HALF
