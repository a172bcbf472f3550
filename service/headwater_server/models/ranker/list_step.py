"""One step of the listwise ranker on one list: moments, gradient step, biases."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.ranker.network import learn_rows, update_moments

_SCALE_STEP_MIN, _CONTEXT_STEP_MIN = 0.0005, 0.001
_SCALE_ROWS = 4
_BIAS_DECAY = np.float32(0.002)


class Stepping(NamedTuple):
    """What steps on lists read and write: rates, steps so far, biases, moments, weights."""

    rates: tuple[np.float32, np.float32, np.float32]
    steps: int
    biases: NDArray[np.float32]
    moments: tuple[Any, ...]
    weights: tuple[Any, ...]


@njit(cache=True)
def standardise(rows, context, moments, steps):
    """Move running means and variances towards a few rows, by 1 / (1 + steps) or the least step."""
    share = 1.0 / (1.0 + steps)
    step = np.float32(max(_SCALE_STEP_MIN, share))
    for i in range(max(0, len(rows) - _SCALE_ROWS), len(rows)):
        update_moments(rows[i], moments[0], moments[1], step)
    update_moments(context, moments[2], moments[3], np.float32(max(_CONTEXT_STEP_MIN, share)))


@njit(cache=True, nogil=True)
def learn_list(rows, context, items, chosen, outside, scaling, biases, moments, weights, rates):
    """Learn which rows of ``rows`` were chosen; return (the loss before, float32[n] errors).

    ``outside`` is the score of choosing none; ``scaling`` the number of steps so far, negative if
    the rows do not move the moments; ``weights`` = (parameters, squares of their gradients);
    ``rates`` those of w, of the layer and of the biases: rho -= rate (error + 0.002 rho).
    """
    parameters, squares = weights
    if scaling >= 0:
        standardise(rows, context, moments, scaling)
    bias, errors = biases[items], np.empty(len(rows), dtype=np.float32)
    loss = learn_rows(
        rows,
        context,
        bias,
        chosen,
        outside,
        moments,
        parameters,
        squares,
        rates[0],
        rates[1],
        errors,
    )
    for i in range(len(items)):
        biases[items[i]] = bias[i] - rates[2] * (errors[i] + _BIAS_DECAY * bias[i])
    return loss, errors


@njit(cache=True)
def learn_choice(rows, context, items, stepping, steps):
    """Learn that the first of ``items`` was chosen, ``steps`` later; return the loss before."""
    chosen = np.zeros(len(items), dtype=np.float32)
    chosen[0] = np.float32(1.0)
    rates, taken, biases, moments, weights = stepping
    outside, scaling = np.float32(-np.inf), taken + steps
    return learn_list(
        rows, context, items, chosen, outside, scaling, biases, moments, weights, rates
    )[0]
