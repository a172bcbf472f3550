"""The ranker's arithmetic: a small network, its gradient, and the two optimisers' steps.

Arrays are float32. ``parameters`` = (w, W, V, beta, v); ``moments`` = running (mean, variance)
of the features, then of the context. Sums run in a fixed order: no BLAS, no fastmath.
"""

from __future__ import annotations

import numpy as np
from numba import njit

LEAK = np.float32(0.05)
CLIP = np.float32(8.0)
"""Standard deviations beyond which a feature says nothing more."""


@njit(cache=True)
def _precision(variance):
    """Return one over the deviation, once for all rows."""
    return np.float32(1.0) / np.sqrt(variance + np.float32(1e-4))


@njit(cache=True)
def _standardise(row, mean, precision, out):
    """Write (row - mean) / deviation, clipped."""
    for j in range(len(row)):
        out[j] = min(max((row[j] - mean[j]) * precision[j], -CLIP), CLIP)


@njit(cache=True)
def follow(row, mean, variance, step):
    """Move running mean and variance a step towards one more row."""
    for j in range(len(row)):
        gap = row[j] - mean[j]
        mean[j] += step * gap
        variance[j] = (np.float32(1.0) - step) * (variance[j] + step * gap * gap)


@njit(cache=True)
def hidden_layer(parameters, scaled_context, f, out):
    """Write the hidden layer before its activation; the inner loop runs over units."""
    W, V, beta = parameters[1], parameters[2], parameters[3]
    for h in range(len(beta)):
        out[h] = beta[h]
    for j in range(len(scaled_context)):
        for h in range(len(beta)):
            out[h] += scaled_context[j] * V[j, h]
    for j in range(len(f)):
        for h in range(len(beta)):
            out[h] += f[j] * W[j, h]


@njit(cache=True)
def score_rows(F, context, bias, moments, parameters, out):
    """Write the score of each row of F: bias + w f + v LeakyReLU(W f + V c + beta)."""
    w, v = parameters[0], parameters[4]
    f = np.empty(F.shape[1], dtype=np.float32)
    c = np.empty(len(context), dtype=np.float32)
    a = np.empty(len(v), dtype=np.float32)
    _standardise(context, moments[2], _precision(moments[3]), c)
    precision = _precision(moments[1])
    for i in range(len(F)):
        _standardise(F[i], moments[0], precision, f)
        hidden_layer(parameters, c, f, a)
        total = bias[i]
        for j in range(len(f)):
            total += w[j] * f[j]
        for h in range(len(v)):
            total += v[h] * (a[h] if a[h] > 0 else LEAK * a[h])
        out[i] = total


@njit(cache=True)
def gradients_of(F, context, errors, moments, parameters, out):
    """Add up d loss / d parameter for rows whose d loss / d score is ``errors``."""
    v = parameters[4]
    gw, gW, gV, gbeta, gv = out
    f = np.empty(F.shape[1], dtype=np.float32)
    c = np.empty(len(context), dtype=np.float32)
    a = np.empty(len(v), dtype=np.float32)
    d = np.empty(len(v), dtype=np.float32)
    _standardise(context, moments[2], _precision(moments[3]), c)
    precision = _precision(moments[1])
    for g in (gw, gbeta, gv):
        g[:] = 0.0
    gW[:] = 0.0
    gV[:] = 0.0
    for i in range(len(F)):
        _standardise(F[i], moments[0], precision, f)
        hidden_layer(parameters, c, f, a)
        e = errors[i]
        for h in range(len(v)):
            slope = np.float32(1.0) if a[h] > 0 else LEAK
            gv[h] += e * a[h] * slope
            d[h] = e * v[h] * slope
            gbeta[h] += d[h]
        for j in range(len(f)):
            gw[j] += e * f[j]
            for h in range(len(v)):
                gW[j, h] += d[h] * f[j]
    for j in range(len(c)):
        for h in range(len(v)):
            gV[j, h] = gbeta[h] * c[j]


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
    """Write softmax(scores) - chosen / sum(chosen); return the cross-entropy.

    ``outside`` is the score of choosing none, which is right where nothing was chosen; minus
    infinity where none was no choice.
    """
    top = outside
    for i in range(len(scores)):
        top = max(top, scores[i])
    total = np.exp(outside - top)
    acts = np.float32(0.0)
    for i in range(len(scores)):
        total += np.exp(scores[i] - top)
        acts += chosen[i]
    log_total, loss = np.log(total) + top, np.float32(0.0)
    for i in range(len(scores)):
        share = chosen[i] / acts if acts > 0 else np.float32(0.0)
        errors[i] = np.exp(scores[i] - log_total) - share
        loss += share * (log_total - scores[i])
    return loss if acts > 0 else log_total - outside


@njit(cache=True)
def learn_rows(
    F, context, bias, chosen, outside, moments, parameters, squares, rate, layer_rate, errors
):
    """One step on one list: score, errors, gradients, AdaGrad on w and RMSProp on the layer."""
    w, W, V, beta, v = parameters
    scores = np.empty(len(F), dtype=np.float32)
    score_rows(F, context, bias, moments, parameters, scores)
    loss = choice_errors(scores, chosen, outside, errors)
    gradients = (
        np.empty_like(w),
        np.empty_like(W),
        np.empty_like(V),
        np.empty_like(beta),
        np.empty_like(v),
    )
    gradients_of(F, context, errors, moments, parameters, gradients)
    adagrad(w, gradients[0], squares[0], rate)
    rho = np.float32(0.999)
    rmsprop(W.reshape(-1), gradients[1].reshape(-1), squares[1].reshape(-1), layer_rate, rho)
    rmsprop(V.reshape(-1), gradients[2].reshape(-1), squares[2].reshape(-1), layer_rate, rho)
    rmsprop(beta, gradients[3], squares[3], layer_rate, rho)
    rmsprop(v, gradients[4], squares[4], layer_rate, rho)
    return loss
