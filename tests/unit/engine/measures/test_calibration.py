"""Calibration is measured before it is learned, by placement and policy."""

import numpy as np
import pytest

from headwater_server.engine.measures.calibration import Calibration
from headwater_server.engine.measures.metrics import ProgressiveValidation
from headwater_server.engine.snapshot import state


def _observed(chances, acted, batches=20):
    progress = ProgressiveValidation()
    calibration = Calibration(progress)
    for part, acts in zip(
        np.array_split(chances, batches), np.array_split(acted, batches), strict=True
    ):
        calibration.observe(part, acts, "home", "best")
    return calibration, progress


def _values(metrics, window="total"):
    return {m.name: m.value for m in metrics if (m.window, m.placement) == (window, "home")}


def test_chances_that_come_true_have_hardly_an_error():
    """Acts drawn with the predicted chances: the error is sampling noise alone."""
    rng = np.random.default_rng(1)
    chances = rng.beta(1, 12, 20_000)
    calibration, _ = _observed(chances, rng.random(20_000) < chances)
    assert _values(calibration.metrics())["calibration_error"] < 0.01


@pytest.mark.parametrize("window", ["recent", "total"])
def test_chances_that_are_twice_too_high_are_found_out(window):
    """The error is half of the prediction, in the mean."""
    rng = np.random.default_rng(2)
    chances = np.full(20_000, 0.2)
    calibration, _ = _observed(chances, rng.random(20_000) < 0.1)
    values = _values(calibration.metrics(), window)
    assert values["calibration_error"] == pytest.approx(0.1, abs=0.03)


def test_the_log_loss_stands_beside_that_of_the_base_rate():
    """Who knows which half acts is far better than the base rate, whose loss is its entropy."""
    acted = np.arange(4000) % 2 == 0
    _, progress = _observed(np.where(acted, 0.9, 0.1), acted)
    values = _values(progress.metrics())
    assert values["log_loss"] == pytest.approx(-np.log(0.9))
    assert values["log_loss_base_rate"] == pytest.approx(np.log(2), abs=0.01)


def test_each_placement_is_counted_by_itself_and_with_all():
    calibration = Calibration(ProgressiveValidation())
    for n in range(30):
        calibration.observe(np.array([0.1]), np.array([False]), f"p{n % 3}", "best")
    calibration.drop("p1")
    counts = {m.placement: m.count for m in calibration.metrics() if m.window == "total"}
    assert counts == {"all": 30, "p0": 10, "p2": 10}


def test_comes_back_from_its_state():
    """A twin that loads it measures the same, and goes on by itself."""
    calibration, _ = _observed(np.linspace(0.01, 0.9, 100), np.arange(100) % 3 == 0)
    twin = Calibration(ProgressiveValidation())
    twin.load(state.unflatten(list(state.flatten(calibration.state()))))
    assert twin.metrics() == calibration.metrics()
    twin.observe(np.array([0.5]), np.array([True]), "home", "best")
    assert twin.metrics() != calibration.metrics()
