"""Recent figures are exact from the first observation on."""

from __future__ import annotations

from random import Random

import pytest

from headwater_server.engine.measures.metrics import FADING, ProgressiveValidation


def recent(values: list[float]) -> float:
    progress = ProgressiveValidation()
    for value in values:
        progress.observe("hit_rate_at_20", value)
    [figure] = [m for m in progress.metrics() if m.window == "recent"]
    assert figure.count == len(values)
    return figure.value


def weighted_mean(values: list[float]) -> float:
    weights = [(1.0 - FADING) ** age for age in reversed(range(len(values)))]
    return sum(w * x for w, x in zip(weights, values, strict=True)) / sum(weights)


@pytest.mark.parametrize("count", [1, 2, 10, 100, 1_000, 2_300, 20_000])
@pytest.mark.parametrize("first", [0.0, 1.0])
def test_the_recent_mean_is_the_exponentially_weighted_one(count: int, first: float) -> None:
    random = Random(count)
    values = [first, *(float(random.random() < 0.8) for _ in range(count - 1))]
    assert recent(values) == pytest.approx(weighted_mean(values), rel=1e-9)


def test_bad_beginnings_are_forgotten() -> None:
    """As in a shop that opens: nothing is predicted at first, four of five later."""
    values = [0.0] * 50 + [0.8] * 950
    assert recent(values) == pytest.approx(0.787, abs=0.001)  # River alone: 0.68


def test_the_figures_of_a_placement_can_be_dropped() -> None:
    progress = ProgressiveValidation()
    for placement in ("home", "basket", "all"):
        progress.observe("reward", 1.0, placement)
    progress.drop("basket")
    assert [m.placement for m in progress.metrics()] == ["all", "all", "home", "home"]
