"""River's own predictions for many rows at once, for the models where that is possible.

Each function repeats River's `predict_proba_one` column by column: the same operations in the
same order for each row, so that the results are equal to the bit, and nothing is written.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import compose, facto, linear_model, optim, preprocessing, utils

Columns = dict[str, NDArray[np.float64]]
_LOG = optim.losses.Log


def chances(
    model: Any, names: Sequence[str], rows: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return float64[n], each row's chance of True; None if only River itself can compute it.

    ``rows`` float64[n, names]; the model must know every name.
    """
    columns: Columns | None = dict(zip(names, rows.T, strict=True))
    *before, last = model.steps.values() if type(model) is compose.Pipeline else (model,)
    for step in before:
        transform = _TRANSFORMERS.get(type(step))
        columns = transform(step, columns) if transform and columns is not None else None
    ask = _CLASSIFIERS.get(type(last))
    return ask(last, columns) if ask and columns is not None else None


def _scaled(scaler: Any, columns: Columns) -> Columns | None:
    if scaler.window_size is not None or not scaler.with_std:
        return None
    means, variances = scaler.means, scaler.vars
    out = {}
    for name, x in columns.items():
        v = variances.get(name, 0.0)
        out[name] = (x - means.get(name, 0.0)) / v**0.5 if v else np.zeros_like(x)
    return out


def _binary(binarizer: Any, columns: Columns) -> Columns | None:
    if binarizer.dtype is not bool:
        return None
    return {name: (x > binarizer.threshold) * 1.0 for name, x in columns.items()}


def _logistic(model: Any, columns: Columns) -> NDArray[np.float64] | None:
    if type(model.loss) is not _LOG:
        return None
    return _each(utils.math.sigmoid, _dot(columns, model.weights) + model.intercept)


def _probit(model: Any, columns: Columns) -> NDArray[np.float64] | None:
    if "__bias__" not in model.means:
        return None
    n = len(next(iter(columns.values())))
    mean = np.full(n, model.means["__bias__"])
    variance = np.full(n, model.variances["__bias__"] + model.beta**2)
    for name, x in columns.items():
        mean += np.where(x != 0, model.means.get(name, 0.0), 0.0)
        variance += np.where(x != 0, model.variances.get(name, 1.0), 0.0)
    chance = _each(utils.math.norm_cdf, mean / np.sqrt(variance))
    return np.clip(chance, 1e-12, 1.0 - 1e-12)


def _factorised(model: Any, columns: Columns) -> NDArray[np.float64] | None:
    weights, latents = model.weights, model.latents
    if not (columns.keys() <= weights.keys() and columns.keys() <= latents.keys()):
        return None
    if model.sample_normalization:
        return None
    pairs = np.zeros(len(next(iter(columns.values()))))
    for one, other in itertools.combinations(columns, 2):
        pairs += np.dot(latents[one], latents[other]) * (columns[one] * columns[other])
    return _each(utils.math.sigmoid, model.intercept + _dot(columns, weights) + pairs)


def _dot(columns: Columns, weights: Any) -> NDArray[np.float64]:
    """Sum as River does: in the order of the shorter of the two, the weights' if they are equal."""
    order = columns if len(columns) < len(weights) else weights
    total = np.zeros(len(next(iter(columns.values()))))
    for name in order:
        if name in columns and name in weights:
            total += columns[name] * weights[name]
    return total


def _each(function: Callable[[float], float], values: NDArray[Any]) -> NDArray[np.float64]:
    """Apply River's function to numbers one by one: numpy's own differ in the last bit."""
    return np.array([function(v) for v in values.tolist()], dtype=np.float64)


_TRANSFORMERS: dict[type, Callable[[Any, Columns], Columns | None]] = {
    preprocessing.StandardScaler: _scaled,
    preprocessing.Binarizer: _binary,
}
_CLASSIFIERS: dict[type, Callable[[Any, Columns], NDArray[np.float64] | None]] = {
    linear_model.LogisticRegression: _logistic,
    linear_model.AdPredictor: _probit,
    facto.FMClassifier: _factorised,
}
