"""What `make calibration` measures is what it says."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibration.figures import Predicted, base_rates, covered, figures, log_loss
from benchmarks.calibration.open_bandit import predict, read_rows
from benchmarks.calibration.shop import PredictedShop
from benchmarks.calibration.truth import true_chances
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.simulator import Simulator

DATA = Path(__file__).parents[4] / "shared/data/obd/impressions.csv.gz"
ONE_VISIT = EngineSettings(attribution_window_minutes=0.5)


def test_true_chances_are_the_frequencies_of_the_simulated_shop():
    """Of 6,000 visits that see a slot, as many act on it as its true chance says."""
    simulator = Simulator()
    shopper = simulator.shoppers[0]
    liked = sorted(simulator.shop.items, key=lambda i: -shopper.likes(i) * i.popularity)
    shown = [item.item_id for item in (*liked[:8], *simulator.shop.items[:12])]
    seen, acted = np.zeros(20), np.zeros(20)
    for _ in range(6000):
        visit = simulator.visit(shopper, shown)
        seen[: len(visit.seen)] += 1
        for position in {act.position for act in visit.acts} - {0}:
            acted[position - 1] += 1
    truth = np.array(true_chances(simulator, shopper, shown))
    noise = np.sqrt(truth * (1 - truth) / seen)
    assert (np.abs(acted / seen - truth) < 4 * noise + 1e-3).all()


def test_a_simulated_shop_gets_chances_that_come_true():
    """After 700 visits the bounds of the promise hold, and intervals cover what is alike."""
    shop = PredictedShop(1, ONE_VISIT)
    assert len(list(shop.serve(700))) == 700
    predicted = shop.predicted()
    line = figures("shop", predicted, base_rates(predicted.acted))
    assert line.error_width < 0.02
    assert line.error_mass < 0.02
    assert line.log_loss < 0.97 * line.log_loss_base_rate
    assert line.covered_alike > 0.9
    assert log_loss(predicted.truth, predicted.acted) < line.log_loss
    metrics = {m.name: m.value for m in shop.engine.lookups.metrics() if m.window == "total"}
    assert metrics["calibration_error"] < 0.02
    assert metrics["log_loss"] < metrics["log_loss_base_rate"]


@pytest.mark.skipif(not DATA.exists(), reason="the real event data is not in ../shared/data")
def test_open_bandit_gets_chances_better_than_the_base_rate():
    """On the first 8,000 rows of the random policy, one click in 280."""
    rows = read_rows(DATA, "random", 8000)
    predicted = list(predict(rows))[-1]
    every = base_rates(np.array([row["click"] == "1" for row in rows]))
    line = figures("obd", predicted, every[-len(predicted.chance) :])
    assert line.error_width < 0.005
    assert line.error_mass < 0.005
    assert line.log_loss < line.log_loss_base_rate


def test_coverage_is_of_groups():
    """Of two groups one has its mean truth within its interval; a small group is left out."""
    item = np.array([1, 1, 2, 2, 3])
    truth = np.array([0.1, 0.3, 0.5, 0.5, 0.9])
    predicted = Predicted(truth, truth > 0, item, np.full(5, 0.15), np.full(5, 0.25), truth)
    assert covered(predicted, item, slots_min=2) == 0.5
