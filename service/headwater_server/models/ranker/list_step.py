"""One step of the listwise ranker on one list: moments, gradient step, biases."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.ranker.network import learn_rows, update_moments

_SCALE_STEP_MIN, _CONTEXT_STEP_MIN = 0.0005, 0.001
_SCALE_ITEMS = 4
_BIAS_DECAY = np.float32(0.002)


class Stepping(NamedTuple):
    """What steps on lists read and write: rates, steps so far, biases, moments, weights."""

    rates: tuple[np.float32, np.float32, np.float32]
    steps: int
    biases: NDArray[np.float32]
    moments: tuple[Any, ...]
    weights: tuple[Any, ...]


@njit(cache=True)
def standardise(features, context, moments, steps):
    """Move running means and variances towards a few items, by 1 / (1 + steps) or more."""
    share = 1.0 / (1.0 + steps)
    step = np.float32(max(_SCALE_STEP_MIN, share))
    for i in range(max(0, features.shape[1] - _SCALE_ITEMS), features.shape[1]):
        update_moments(features[:, i], moments[0], moments[1], step)
    update_moments(context, moments[2], moments[3], np.float32(max(_CONTEXT_STEP_MIN, share)))


@njit(cache=True, nogil=True)
def learn_list(
    features, context, items, chosen, outside, scaling, biases, moments, weights, rates, part
):
    """Learn which of ``items`` were chosen; return (the loss before, float32[n] errors).

    ``chosen`` is 0 to 1 of each, as in `network.choice_errors`; ``part`` of a whole step is made.

    ``features`` float32[k, n] have a row for each feature. ``outside`` is the score of choosing
    none; ``scaling`` the number of steps so far, negative if the items do not move the moments;
    ``weights`` = (parameters, squares of their gradients); ``rates`` those of w, of the layer and
    of the biases: rho -= rate (error + 0.002 rho).
    """
    parameters, squares = weights
    if scaling >= 0:
        standardise(features, context, moments, scaling)
    bias, errors = biases[items], np.empty(len(items), dtype=np.float32)
    loss = learn_rows(
        features,
        context,
        bias,
        chosen,
        outside,
        moments,
        parameters,
        squares,
        rates[0],
        rates[1],
        part,
        errors,
    )
    for i in range(len(items)):
        biases[items[i]] = bias[i] - rates[2] * (errors[i] + _BIAS_DECAY * bias[i])
    return loss, errors


@njit(cache=True)
def learn_choice(features, context, items, stepping, steps, weight):
    """Learn that the first of ``items`` was chosen, ``steps`` later; return the loss before.

    ``weight`` is how much of a choice it was.
    """
    chosen = np.zeros(len(items), dtype=np.float32)
    chosen[0] = np.float32(1.0)
    rates, taken, biases, moments, weights = stepping
    outside, scaling, part = np.float32(-np.inf), taken + steps, np.float32(weight)
    return learn_list(
        features, context, items, chosen, outside, scaling, biases, moments, weights, rates, part
    )[0]
