"""The ranker's arithmetic: a small network, its gradient, and the two optimisers' steps.

Arrays are float32. ``parameters`` = (w, W, V, beta, v); ``moments`` = running (mean, variance)
of the features, then of the context.

Sums run in a fixed order: no BLAS and no fastmath, which choose the order by the machine's vector
width, so that the last bits, and with them the digest, would differ between replicas.
"""

from __future__ import annotations

import numpy as np
from numba import njit

LEAK = np.float32(0.05)
CLIP = np.float32(8.0)
"""Standard deviations at which a feature is cut off: one outlier must not move all weights."""
LOWEST = -1e9
"""The score of a row whose own is not finite: the others can still be ranked."""
UNITS = 16
"""Width of the hidden layer."""
_WIDTH = 32  # items that the loops of `_add_products` take at a time, at most

_NONE, _NO_ROWS = np.zeros(0, dtype=np.float32), np.zeros((0, 0), dtype=np.float32)
NO_NETWORK = _NONE, (_NONE,) * 4, (_NONE, _NO_ROWS, _NO_ROWS, _NONE, _NONE)
"""In the place of (biases, moments, parameters) where a kernel takes them and there are none."""


@njit(cache=True)
def _precision(variance):
    """Return one over the deviation, once for all rows; the small term is for constant features."""
    return np.float32(1.0) / np.sqrt(variance + np.float32(1e-4))


@njit(cache=True)
def _standardise(row, mean, precision, out):
    """Write (row - mean) / deviation, clipped."""
    for j in range(len(row)):
        out[j] = min(max((row[j] - mean[j]) * precision[j], -CLIP), CLIP)


@njit(cache=True)
def _standardise_all(F, mean, precision, out):
    """Do the same for float32[k, n], a row for each feature; what is behind the n becomes 0."""
    n = np.uint64(F.shape[1])
    for j in range(np.uint64(len(F))):
        centre, scale = mean[j], precision[j]
        for i in range(n):
            out[j, i] = min(max((F[j, i] - centre) * scale, -CLIP), CLIP)
        for i in range(n, np.uint64(out.shape[1])):
            out[j, i] = np.float32(0.0)


@njit(cache=True)
def room_for(n):
    """Return n rounded up, so that no sum ends with rows that do not fill the vector units."""
    return (n + _WIDTH - 1) // _WIDTH * _WIDTH


@njit(cache=True, _nrt=False)
def update_moments(row, mean, variance, step):
    """Move running mean and variance a step towards one more row.

    Exponential moments, not Welford's: the features' distribution changes while the shop learns.
    """
    for j in range(len(row)):
        gap = row[j] - mean[j]
        mean[j] += step * gap
        variance[j] = (np.float32(1.0) - step) * (variance[j] + step * gap * gap)


@njit(cache=True)
def _forward(F, context, bias, moments, parameters, scaled, hidden, scores):
    """Write scaled features float32[k, room], the hidden layer float32[units, room] and scores.

    F float32[k, n] and ``bias``, ``scores`` float32[n]; the room is `room_for` them. The innermost
    loops run over the items, so that the compiler makes vector instructions of them: four times as
    fast as item by item. Each item's own sum keeps its order, so it is equal to the bit.
    """
    w, W, v = parameters[0], parameters[1], parameters[4]
    _begin_hidden(context, moments, parameters, hidden)
    _standardise_all(F, moments[0], _precision(moments[1]), scaled)
    sums = np.zeros((1, scaled.shape[1]), dtype=np.float32)
    sums[0, : len(bias)] = bias
    _add_products(w.reshape(-1, 1), scaled, sums)
    _add_products(W, scaled, hidden)
    for h in range(len(hidden)):
        for i in range(np.uint64(sums.shape[1])):
            a = hidden[h, i]
            sums[0, i] += v[h] * (a if a > 0 else LEAK * a)
    scores[:] = sums[0, : len(bias)]


@njit(cache=True)
def _begin_hidden(context, moments, parameters, hidden):
    """Write what is the same for every row: V c + beta, c the scaled context."""
    V, beta = parameters[2], parameters[3]
    c = np.empty_like(context)
    _standardise(context, moments[2], _precision(moments[3]), c)
    for h in range(len(hidden)):
        added = beta[h]
        for j in range(len(c)):
            added += c[j] * V[j, h]
        hidden[h, :] = added


@njit(cache=True)
def _add_products(weights, values, sums):
    """Add weights' @ values, float32[k, m]' and float32[k, n], to sums float32[m, n].

    Four rows of values are added to a row of sums, one after the other: each is read once for four.
    All in one function: a call for each row of sums took as long as half of the sums.
    """
    fours, n = len(weights) // 4 * 4, np.uint64(sums.shape[1])
    for j in range(0, fours, 4):
        for h in range(len(sums)):
            w0, w1 = weights[j, h], weights[j + 1, h]
            w2, w3 = weights[j + 2, h], weights[j + 3, h]
            for i in range(n):
                two = (sums[h, i] + w0 * values[j, i]) + w1 * values[j + 1, i]
                sums[h, i] = (two + w2 * values[j + 2, i]) + w3 * values[j + 3, i]
    for j in range(fours, len(weights)):
        for h in range(len(sums)):
            weight = weights[j, h]
            for i in range(n):
                sums[h, i] += weight * values[j, i]


@njit(cache=True)
def score_rows(F, context, bias, moments, parameters, scores):
    """Write the score of each column of F: bias + w f + v LeakyReLU(W f + V c + beta)."""
    room = room_for(F.shape[1])
    scaled = np.empty((len(F), room), dtype=np.float32)
    hidden = np.empty((len(parameters[4]), room), dtype=np.float32)
    _forward(F, context, bias, moments, parameters, scaled, hidden, scores)


@njit(cache=True, nogil=True)
def score_items(F, context, items, biases, moments, parameters):
    """Return float64[n] scores of F's columns; one that is not finite becomes `LOWEST`."""
    scores = np.empty(F.shape[1], dtype=np.float32)
    score_rows(F, context, biases[items], moments, parameters, scores)
    out = np.empty(len(scores))
    for i in range(len(scores)):
        out[i] = scores[i] if np.isfinite(scores[i]) else LOWEST
    return out


@njit(cache=True)
def gradients_of(context, errors, moments, parameters, scaled, hidden, out):
    """Write d loss / d parameter, given d loss / d score of each row as ``errors``.

    ``scaled`` and ``hidden`` are what `_forward` wrote. A gradient sums over the rows in the order
    of the list.
    """
    gw, gW, gV, gbeta, gv = out
    n, columns, units = len(errors), len(gw), len(gv)
    back = np.empty((n, units), dtype=np.float32)
    _backward(errors, parameters[4], hidden, back, gbeta, gv)
    # the features of a row side by side, so that each row is added to all of them at once
    rows = np.zeros((n, (columns + 7) // 8 * 8), dtype=np.float32)
    for j in range(np.uint64(columns)):
        for i in range(np.uint64(n)):
            rows[i, j] = scaled[j, i]
    sums = np.zeros((units + 1, rows.shape[1]), dtype=np.float32)
    _add_products(back, rows, sums[:units])
    _add_products(errors.reshape(-1, 1), rows, sums[units:])
    for j in range(np.uint64(columns)):
        gw[j] = sums[units, j]
        for h in range(np.uint64(units)):
            gW[j, h] = sums[h, j]
    c = np.empty_like(context)
    _standardise(context, moments[2], _precision(moments[3]), c)
    # the context is the same for all rows, so the sum over them is that of beta already
    for j in range(len(c)):
        for h in range(units):
            gV[j, h] = gbeta[h] * c[j]


@njit(cache=True, _nrt=False)
def _backward(errors, v, hidden, back, gbeta, gv):
    """Write d loss / d hidden unit of each row, and the gradients of v and beta."""
    gbeta[:] = np.float32(0.0)
    gv[:] = np.float32(0.0)
    for i in range(np.uint64(len(errors))):
        e = errors[i]
        for h in range(np.uint64(len(v))):
            a = hidden[h, i]
            slope = np.float32(1.0) if a > 0 else LEAK
            gv[h] += e * a * slope
            back[i, h] = e * v[h] * slope
            gbeta[h] += back[i, h]


@njit(cache=True)
def adagrad(weights, gradient, squares, rate):
    """One step of river.optim.AdaGrad (Duchi et al. 2011), flat arrays."""
    for i in range(len(weights)):
        squares[i] += gradient[i] * gradient[i]
        weights[i] -= rate / np.sqrt(squares[i] + np.float32(1e-8)) * gradient[i]


@njit(cache=True)
def rmsprop(weights, gradient, squares, rate, rho):
    """One step of river.optim.RMSProp (Hinton 2012), flat arrays."""
    for i in range(len(weights)):
        squares[i] = rho * squares[i] + (np.float32(1.0) - rho) * gradient[i] * gradient[i]
        weights[i] -= rate / np.sqrt(squares[i] + np.float32(1e-8)) * gradient[i]


@njit(cache=True)
def choice_errors(scores, chosen, outside, errors):
    """Write softmax(scores) - chosen / max(1, sum(chosen)); return the cross-entropy.

    ``outside`` is the score of choosing none, which is right as far as ``chosen``, from 0 to 1
    each, sums to less than one; minus infinity where choosing none was impossible.
    """
    top = outside  # subtracted before exp, which would overflow otherwise
    for i in range(len(scores)):
        top = max(top, scores[i])
    total = np.exp(outside - top)
    acts = np.float32(0.0)
    for i in range(len(scores)):
        total += np.exp(scores[i] - top)
        acts += chosen[i]
    log_total, loss, whole = np.log(total) + top, np.float32(0.0), max(acts, np.float32(1.0))
    for i in range(len(scores)):
        share = chosen[i] / whole
        errors[i] = np.exp(scores[i] - log_total) - share
        loss += share * (log_total - scores[i])
    none = np.float32(1.0) - min(acts, np.float32(1.0))
    return loss + none * (log_total - outside) if none > 0 else loss


@njit(cache=True)
def learn_rows(
    F, context, bias, chosen, outside, moments, parameters, squares, rate, layer_rate, part, errors
):
    """One step on one list, F float32[features, n]: score, errors, gradients, steps.

    AdaGrad on w and RMSProp on the layer. The errors are those of ``part`` of a list.
    """
    w, W, V, beta, v = parameters
    scores, room = np.empty(len(errors), dtype=np.float32), room_for(len(errors))
    scaled = np.empty((len(F), room), dtype=np.float32)
    hidden = np.empty((len(v), room), dtype=np.float32)
    _forward(F, context, bias, moments, parameters, scaled, hidden, scores)
    loss = choice_errors(scores, chosen, outside, errors)
    for i in range(len(errors)):
        errors[i] *= part
    gradients = (
        np.empty_like(w),
        np.empty_like(W),
        np.empty_like(V),
        np.empty_like(beta),
        np.empty_like(v),
    )
    gradients_of(context, errors, moments, parameters, scaled, hidden, gradients)
    adagrad(w, gradients[0], squares[0], rate)
    # RMSProp's squares decay, AdaGrad's do not: see docs/experiments.md, decay made w worse
    rho = np.float32(0.999)
    rmsprop(W.reshape(-1), gradients[1].reshape(-1), squares[1].reshape(-1), layer_rate, rho)
    rmsprop(V.reshape(-1), gradients[2].reshape(-1), squares[2].reshape(-1), layer_rate, rho)
    rmsprop(beta, gradients[3], squares[3], layer_rate, rho)
    rmsprop(v, gradients[4], squares[4], layer_rate, rho)
    return loss
