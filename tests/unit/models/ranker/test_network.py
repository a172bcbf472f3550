"""The kernels' optimisers are River's, and the gradient is the loss's."""

import numpy as np
import pytest
from river import optim

from headwater_server.models.ranker import network


def test_adagrad_gives_rivers_numbers():
    """Steps of the kernel equal those of river.optim.AdaGrad with the same rate and start."""
    rng = np.random.default_rng(3)
    river_weights = {"a": 0.5, "b": -0.25}
    weights = np.array([0.5, -0.25], dtype=np.float32)
    squares = np.zeros(2, dtype=np.float32)
    optimiser = optim.AdaGrad(lr=0.03)
    for _ in range(20):
        gradient = rng.normal(size=2).astype(np.float32)
        river_weights = optimiser.step(river_weights, dict(zip("ab", gradient, strict=True)))
        network.adagrad(weights, gradient, squares, np.float32(0.03))
    assert weights == pytest.approx([river_weights["a"], river_weights["b"]], rel=1e-4)


def test_rmsprop_gives_rivers_numbers():
    """Steps of the kernel equal those of river.optim.RMSProp with the same rate and decay."""
    rng = np.random.default_rng(4)
    river_weights = {"a": 0.5, "b": -0.25}
    weights = np.array([0.5, -0.25], dtype=np.float32)
    squares = np.zeros(2, dtype=np.float32)
    optimiser = optim.RMSProp(lr=0.002, rho=0.9)
    for _ in range(20):
        gradient = rng.normal(size=2).astype(np.float32)
        river_weights = optimiser.step(river_weights, dict(zip("ab", gradient, strict=True)))
        args = (np.float32(0.002), np.float32(0.9))
        network.rmsprop(weights, gradient, squares, *args)
    assert weights == pytest.approx([river_weights["a"], river_weights["b"]], rel=1e-3)


def by_feature(rows):
    """Return the rows as the kernels take them, a row for each feature."""
    return np.ascontiguousarray(rows.T)


def _loss(rows, context, bias, chosen, outside, moments, parameters):
    scores = np.empty(len(rows), dtype=np.float32)
    network.score_rows(by_feature(rows), context, bias, moments, parameters, scores)
    errors = np.empty(len(rows), dtype=np.float32)
    return network.choice_errors(scores, chosen, outside, errors), errors


@pytest.mark.parametrize("outside", [np.float32(-np.inf), np.float32(0.5)])
def test_gradient_is_the_slope_of_the_loss(outside):
    """Each parameter's gradient equals the change of the loss for a small change of it."""
    rng = np.random.default_rng(5)
    n, k, c, h = 5, 4, 3, network.UNITS
    rows, context = rng.normal(size=(n, k)).astype("f"), rng.normal(size=c).astype("f")
    bias, chosen = np.zeros(n, "f"), np.array([0, 1, 0, 0, 0], "f")
    moments = (np.zeros(k, "f"), np.ones(k, "f"), np.zeros(c, "f"), np.ones(c, "f"))
    shapes = ((k,), (k, h), (c, h), (h,), (h,))
    parameters = tuple(rng.normal(size=shape).astype("f") for shape in shapes)
    _, errors = _loss(rows, context, bias, chosen, outside, moments, parameters)
    gradients = tuple(np.empty_like(p) for p in parameters)
    room, scores = network.room_for(n), np.empty(n, "f")
    scaled, hidden = np.empty((k, room), "f"), np.empty((h, room), "f")
    network._forward(by_feature(rows), context, bias, moments, parameters, scaled, hidden, scores)
    network.gradients_of(context, errors, moments, parameters, scaled, hidden, gradients)
    step = 1e-3  # small, for the activation has a kink
    for place, parameter in enumerate(parameters):
        flat = parameter.reshape(-1)
        for i in range(len(flat)):
            kept = flat[i]
            flat[i] = kept + step
            up, _ = _loss(rows, context, bias, chosen, outside, moments, parameters)
            flat[i] = kept - step
            down, _ = _loss(rows, context, bias, chosen, outside, moments, parameters)
            flat[i] = kept
            slope = (up - down) / (2 * step)
            assert gradients[place].reshape(-1)[i] == pytest.approx(slope, abs=2e-2)


@pytest.mark.parametrize("n", [1, 4, 61])
def test_a_gradient_is_the_sum_in_the_order_of_the_list(n):
    """Equal to the bit to sums of float32 row by row, however the kernel divides the work."""
    rng = np.random.default_rng(n)
    k, c, h, room = 43, 8, network.UNITS, network.room_for(n)
    context, errors = rng.normal(size=c).astype("f"), rng.normal(size=n).astype("f")
    moments = (np.zeros(k, "f"), np.ones(k, "f"), np.zeros(c, "f"), np.ones(c, "f"))
    shapes = ((k,), (k, h), (c, h), (h,), (h,))
    parameters = tuple(rng.normal(size=shape).astype("f") for shape in shapes)
    scaled, hidden = (rng.normal(size=(rows, room)).astype("f") for rows in (k, h))
    found, plain = (tuple(np.full(shape, 9.0, "f") for shape in shapes) for _ in range(2))
    network.gradients_of(context, errors, moments, parameters, scaled, hidden, found)
    for gradient in plain:
        gradient[:] = 0.0
    for i in range(n):
        slope = np.where(hidden[:, i] > 0, np.float32(1.0), network.LEAK)
        back = errors[i] * parameters[4] * slope
        plain[0][:] += errors[i] * scaled[:, i]
        plain[1][:] += back * scaled[:, i : i + 1]
        plain[3][:] += back
        plain[4][:] += errors[i] * hidden[:, i] * slope
    shifted = context * network._precision(moments[3])
    plain[2][:] = plain[3] * shifted[:, None]
    for one, other in zip(found, plain, strict=True):
        np.testing.assert_array_equal(one, other)


def test_choosing_none_is_the_loss_of_the_outside_option():
    """Where nothing was chosen the loss is -log of the chance of choosing none."""
    scores, chosen = np.array([0.0, 0.0], "f"), np.zeros(2, "f")
    errors = np.empty(2, "f")
    loss = network.choice_errors(scores, chosen, np.float32(0.0), errors)
    assert loss == pytest.approx(np.log(3.0))
    assert errors == pytest.approx([1 / 3, 1 / 3])


@pytest.mark.parametrize("features", [1, 4, 7, 43])
def test_a_score_is_the_sum_in_the_order_of_the_features(features):
    """Equal to the bit to sums of float32 row by row, however the kernel divides the work."""
    rng = np.random.default_rng(features)
    n, c, h = 37, 8, network.UNITS
    rows, context = rng.normal(size=(n, features)).astype("f"), np.zeros(c, "f")
    bias = rng.normal(size=n).astype("f")
    moments = (np.zeros(features, "f"), np.ones(features, "f"), np.zeros(c, "f"), np.ones(c, "f"))
    shapes = ((features,), (features, h), (c, h), (h,), (h,))
    linear, layer, _, beta, v = parameters = tuple(
        rng.normal(size=shape).astype("f") for shape in shapes
    )
    scores = np.empty(n, dtype=np.float32)
    network.score_rows(by_feature(rows), context, bias, moments, parameters, scores)
    scaled = rows * network._precision(moments[1])
    expected, hidden = bias.copy(), np.tile(beta, (n, 1))
    for j in range(features):
        expected += linear[j] * scaled[:, j]
        hidden += layer[j] * scaled[:, j : j + 1]
    for unit in range(h):
        a = hidden[:, unit]
        expected += v[unit] * np.where(a > 0, a, network.LEAK * a)
    assert scores.tolist() == expected.tolist()


def test_a_part_of_an_act_is_the_mean_of_an_act_and_of_none():
    """Rewards of 0.3 teach what three acts in ten do, without the draws."""
    scores, f = np.array([0.5, -1.0], dtype=np.float32), np.float32

    def learned(first):
        errors = np.empty(2, dtype=np.float32)
        chosen = np.array([first, 0], dtype=np.float32)
        return network.choice_errors(scores, chosen, f(0.25), errors), errors

    (act, of_act), (none, of_none), (part, of_part) = learned(1.0), learned(0.0), learned(0.3)
    assert part == pytest.approx(0.3 * act + 0.7 * none, rel=1e-5)
    assert of_part == pytest.approx(0.3 * of_act + 0.7 * of_none, rel=1e-5)


def test_acts_that_sum_to_more_than_one_share_the_choice():
    errors, scores = np.empty(2, dtype=np.float32), np.zeros(2, dtype=np.float32)
    chosen = np.array([0.9, 0.6], dtype=np.float32)
    network.choice_errors(scores, chosen, np.float32(-50.0), errors)
    assert errors == pytest.approx([0.5 - 0.6, 0.5 - 0.4], abs=1e-6)
