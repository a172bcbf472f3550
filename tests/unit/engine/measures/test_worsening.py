"""A figure that becomes worse is noticed soon; one that becomes better, or is noisy, is not."""

from __future__ import annotations

from random import Random

import pytest

from headwater_server.engine.measures.worsening import MEANS_MIN, VALUES, Worsening


def found(figure, values):
    """Return the place of each value that raises an alarm, with the means."""
    alarms = ((n, figure.add(value)) for n, value in enumerate(values))
    return [(n, means) for n, means in alarms if means]


def drawn(random, mean, count):
    return [min(1.0, max(0.0, random.gauss(mean, 0.25))) for _ in range(count)]


@pytest.mark.parametrize("seed", range(5))
def test_a_worse_time_is_noticed_within_200_values_whatever_came_before(seed):
    random, figure = Random(seed), Worsening()
    for mean in (0.8, 0.6, 0.5):  # it learns
        assert not found(figure, drawn(random, mean, 3_000))
    alarms = found(figure, drawn(random, 0.9, 1_000))
    assert len(alarms) == 1
    at, (before, after) = alarms[0]
    assert at < 200
    assert before == pytest.approx(0.63, abs=0.05)
    assert after > 0.75


def test_neither_noise_nor_a_better_time_is_an_alarm():
    random = Random(1)
    for _ in range(20):
        figure = Worsening()
        assert not found(figure, drawn(random, 0.7, 5_000) + drawn(random, 0.3, 500))


def test_it_begins_again_after_an_alarm():
    figure = Worsening()
    values = [0.2] * (VALUES * MEANS_MIN)
    [(at, means)] = found(figure, values + [0.9] * VALUES)
    assert at == len(values) + VALUES - 1
    assert means == pytest.approx((0.2, 0.9))
    assert not found(figure, [0.9] * 5_000)


def test_what_is_loaded_goes_on_alike():
    random, first, second = Random(2), Worsening(), Worsening()
    found(first, drawn(random, 0.4, 1_013))
    second.load(first.state())
    more = drawn(random, 0.8, 150)
    assert found(first, more) == found(second, more) != []
    assert first.state() == second.state()
