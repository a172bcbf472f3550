"""A score is taken apart without a rest: average + contributions = score."""

import numpy as np
import pytest

from headwater_server.engine.features.families import FAMILIES, family_of, numbered
from headwater_server.engine.features.features import ITEM_FEATURES
from headwater_server.models.ranker.ranker import ListwiseRanker
from headwater_server.models.river.river_ranker import RiverRanker, build

NAMES, CONTEXT = tuple("abcdefgh"), ("x", "y")
ALONE = np.arange(len(NAMES))


def _rows(n, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 3, (n, len(NAMES))).astype(np.float32), rng.normal(size=2).astype("f4")


def _taught(ranker, steps=300):
    """Return the ranker once it learned to choose by the product of two features."""
    ranker.reserve(40)
    for step in range(steps):
        rows, context = _rows(6, seed=step)
        chosen = np.zeros(6, np.float32)
        chosen[np.argmax(rows[:, 0] * rows[:, 1])] = 1
        ranker.learn_many(rows, context, np.arange(6, dtype=np.int32), chosen, outside=False)
    return ranker


@pytest.fixture(scope="module")
def listwise():
    return _taught(ListwiseRanker(NAMES, CONTEXT))


def test_contributions_of_the_network_sum_to_its_score(listwise):
    """Of every candidate, also where features are clipped and units change their slope."""
    rows, context = _rows(40)
    rows[0] *= 1000
    items, every = np.arange(40, dtype=np.int32), np.arange(40)
    found = listwise.contributions(rows, context, items, every, ALONE)
    scores = listwise.score_many(rows, context, items)
    assert np.abs(listwise._bias[:6]).min() > 0
    np.testing.assert_allclose(
        found.average + found.parts.sum(axis=1) + found.rest, scores, rtol=1e-4, atol=1e-4
    )
    assert np.ptp(scores) > 1


def test_contributions_are_the_path_integral_of_the_gradient(listwise):
    """Integrated gradients by many small steps give the same numbers: it is no mere split."""
    rows, context = _rows(40)
    rows = np.clip(rows, -4, 4)
    items = np.zeros(40, dtype=np.int32)
    found = listwise.contributions(rows, context, items, np.array([7]), ALONE)
    mean, steps, width = rows.mean(axis=0), 400, np.float32(0.01)
    path = mean + (np.arange(steps)[:, None] + 0.5) / steps * (rows[7] - mean)
    for j in range(len(NAMES)):
        nudge = np.zeros(len(NAMES), np.float32)
        nudge[j] = width
        up, down = (
            listwise.score_many((path + sign * nudge).astype("f4"), context, np.zeros(steps, int))
            for sign in (1, -1)
        )
        slope = np.mean((up - down).astype(float)) / (2 * width)
        assert found.parts[0, j] == pytest.approx((rows[7, j] - mean[j]) * slope, abs=0.01)


def test_families_sum_their_features(listwise):
    """Parts of a family are the sum of its features' parts."""
    rows, context = _rows(10)
    items, chosen = np.arange(10, dtype=np.int32), np.array([3, 4])
    alone = listwise.contributions(rows, context, items, chosen, ALONE).parts
    paired = listwise.contributions(rows, context, items, chosen, ALONE // 2).parts
    np.testing.assert_allclose(paired, alone.reshape(2, -1, 2).sum(axis=2), atol=1e-12)


@pytest.mark.parametrize(
    "expression", ["linear_model.LogisticRegression()", "facto.FMClassifier()"]
)
def test_contributions_of_a_river_model_sum_to_its_log_odds(expression):
    """Of a linear model without a rest; a factorisation machine's features act together."""
    scaled = f"preprocessing.StandardScaler() | {expression}"
    ranker = _taught(RiverRanker(build(scaled), NAMES, CONTEXT), steps=60)
    rows, context = _rows(20)
    items, chosen = np.arange(20), np.array([2, 11])
    found = ranker.contributions(rows, context, items, chosen, ALONE)
    scores = ranker.score_many(rows, context, items)[chosen]
    np.testing.assert_allclose(
        found.average + found.parts.sum(axis=1) + found.rest, scores, atol=1e-5
    )
    is_linear = "Logistic" in expression
    assert (np.abs(found.rest).max() < 1e-3) == is_linear


def test_every_feature_has_a_family():
    """A new feature must be put into the table, so that an editor sees what it is."""
    assert {name for name in ITEM_FEATURES if family_of(name) == "other"} == set()
    named = [name for _, names in FAMILIES.values() for name in names]
    assert len(named) == len(set(named))
    assert [list(FAMILIES)[n] for n in numbered(["lift", "no such feature"])] == [
        "together", "other",
    ]  # fmt: skip
