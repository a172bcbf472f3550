"""River objects survive as plain values, and only what is allowed is made again."""

import copy

import pytest
from river import (
    drift,
    facto,
    forest,
    linear_model,
    metrics,
    naive_bayes,
    optim,
    preprocessing,
    stats,
    tree,
    utils,
)

from headwater_server.engine.snapshot import state
from headwater_server.models.river.plain_values import from_plain, to_plain

CLASSIFIERS = {
    "pipeline": preprocessing.StandardScaler() | linear_model.LogisticRegression(),
    "adam": linear_model.LogisticRegression(optim.Adam(0.01)),
    "adpredictor": linear_model.AdPredictor(),
    "factorisation": facto.FMClassifier(seed=1),
    "tree": tree.HoeffdingTreeClassifier(grace_period=20),
    "forest": forest.ARFClassifier(n_models=3, seed=1),
    "bayes": naive_bayes.GaussianNB(),
}


def _rows(start, stop):
    return [({"a": float(i % 7), "b": float(i % 3)}, (i % 7) > 3) for i in range(start, stop)]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_goes_on_where_it_stopped(name):
    """Made again from plain values, a model learns and predicts as the one that never stopped."""
    model = CLASSIFIERS[name].clone()
    for x, y in _rows(0, 300):
        model.learn_one(x, y)
    again = from_plain(copy.deepcopy(to_plain(model)))
    for x, y in _rows(300, 400):
        assert again.predict_proba_one(x) == model.predict_proba_one(x)
        model.learn_one(x, y)
        again.learn_one(x, y)
    parts = state.flatten(to_plain(model))
    assert state.digest(parts) == state.digest(state.flatten(to_plain(again)))


def test_means_and_detectors_survive():
    """Statistics, rolling windows, metrics and the drift detector come back as they were."""
    adwin, rolling, loss = (
        drift.ADWIN(),
        utils.Rolling(stats.Mean, window_size=5),
        metrics.LogLoss(),
    )
    for i in range(200):
        adwin.update(float(i > 100))
        rolling.update(float(i))
        loss.update(i % 2 == 0, {True: 0.75, False: 0.25})
    for thing in (adwin, rolling, loss):
        again = from_plain(copy.deepcopy(to_plain(thing)))
        assert state.digest(state.flatten(to_plain(again))) == state.digest(
            state.flatten(to_plain(thing))
        )


def test_what_is_shared_stays_shared():
    """A step that a pipeline holds twice is one object again."""
    pipeline = from_plain(to_plain(CLASSIFIERS["pipeline"].clone()))
    assert pipeline._last_step is pipeline.steps["LogisticRegression"]


@pytest.mark.parametrize("path", ["os:system", "builtins:eval", "subprocess:Popen", "riverx:A"])
def test_other_classes_are_refused(path):
    """A snapshot cannot make the server import or call what is no part of a model."""
    with pytest.raises((TypeError, KeyError)):
        from_plain({"class": path, "new": False, "args": ["true"], "state": None})
