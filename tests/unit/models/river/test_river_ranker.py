"""Any River classifier may rank; none may be changed by a question."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from headwater_server.engine.snapshot import state
from headwater_server.models.river.river_expression import build
from headwater_server.models.river.river_ranker import RiverRanker

HERE = Path(__file__).parent
ALONE = "linear_model.AdPredictor()"
EXPRESSIONS = (
    "linear_model.LogisticRegression()",
    "preprocessing.StandardScaler() | linear_model.LogisticRegression()",
    ALONE,
    "preprocessing.StandardScaler() | preprocessing.Binarizer() | linear_model.AdPredictor()",
    "facto.FMClassifier(seed=1)",
    "tree.HoeffdingTreeClassifier(grace_period=20)",
    "forest.ARFClassifier(n_models=2, seed=1)",
)


def _ranker(expression):
    return RiverRanker(build(expression), features=("near", "dear"), context=("visits",))


def _teach(ranker, steps=150):
    rng = np.random.default_rng(1)
    for _ in range(steps):
        rows = rng.normal(size=(5, 2)).astype(np.float32)
        chosen = np.zeros(5, np.float32)
        chosen[np.argmax(rows[:, 0])] = 1.0
        ranker.learn_many(rows, np.zeros(1, np.float32), np.arange(5), chosen, outside=False)


@pytest.mark.parametrize("expression", [e for e in EXPRESSIONS if e != ALONE])
def test_learns_what_is_chosen(expression):
    """After learning that near items are chosen, a near one scores above a far one.

    Not AdPredictor alone: it asks which features are there, and here all always are.
    """
    ranker = _ranker(expression)
    _teach(ranker)
    rows = np.array([[2.0, 0.0], [-2.0, 0.0]], dtype=np.float32)
    near, far = ranker.score_many(rows, np.zeros(1, np.float32), np.arange(2))
    assert near > far


@pytest.mark.parametrize("taught", [False, True], ids=["untaught", "taught"])
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_question_changes_nothing(expression, taught):
    """Scoring rows, also before anything was learned, leaves the model as it was."""
    ranker = _ranker(expression)
    if taught:
        _teach(ranker, 20)
    before = state.digest(state.flatten(ranker.state()))
    rows = np.random.default_rng(2).normal(size=(50, 2)).astype(np.float32)
    ranker.score_many(rows, np.zeros(1, np.float32), np.arange(50))
    ranker.predict_proba_one({"never seen": 1.0})
    assert state.digest(state.flatten(ranker.state())) == before


PIPELINES = (
    "preprocessing.StandardScaler() | linear_model.LogisticRegression()",
    "preprocessing.StandardScaler() | linear_model.LogisticRegression(optim.AdaGrad(0.1), l2=0.01)",
    "linear_model.LogisticRegression(l1=0.001)",
    "preprocessing.StandardScaler() | preprocessing.Binarizer() | linear_model.AdPredictor()",
    "preprocessing.StandardScaler() | facto.FMClassifier(n_factors=3)",
)


@pytest.mark.parametrize("expression", PIPELINES)
def test_many_rows_at_once_are_rivers_own_numbers(expression):
    """To the last bit, also far out where River's sigmoid is cut, and where nothing varies."""
    name = f"river:{expression}"
    ranker = RiverRanker.named(name, ("near", "dear", "still"), ("visits",), seed=5)
    rng, context = np.random.default_rng(3), np.ones(1, np.float32)
    for _ in range(80):
        rows = rng.normal(size=(5, 3)).astype(np.float32) * [1, 9, 0]
        ranker.learn_many(rows, context, np.arange(5), rows[:, 0] > 0.7, outside=False)
    rows = rng.normal(size=(200, 3)).astype(np.float32)
    rows[0] *= 1e4
    rows[1] *= -1e4
    many = ranker._many(rows, context)
    one_by_one = [ranker.model.predict_proba_one(ranker._row(row, context))[True] for row in rows]
    assert many.tolist() == one_by_one
    assert len(set(one_by_one)) > 1


def test_a_name_first_met_in_a_question_is_not_learned_there():
    """A one-hot encoder makes a name of every value: the model behind it must not meet it yet."""
    expression = "preprocessing.OneHotEncoder(drop_zeros=True) | facto.FMClassifier()"
    ranker = RiverRanker(build(expression, seed=1), features=("a",), context=())
    ranker.learn_one({"a": 1.0}, True)
    ranker.predict_proba_one({"a": 1.0})
    before = state.digest(state.flatten(ranker.state()))
    ranker.predict_proba_one({"a": 2.0})
    assert state.digest(state.flatten(ranker.state())) == before


TREES = "forest.ARFClassifier(n_models=2, grace_period=20)"


def _forest_digest():
    ranker = RiverRanker.named(f"river:{TREES}", ("near", "dear"), ("visits",), seed=5)
    _teach(ranker, 60)
    assert len(ranker.model) == 2
    return state.digest(state.flatten(ranker.state()))


def test_a_forest_is_the_same_in_every_process():
    """Neither hashes of texts nor the operating system's random numbers are in it."""
    done = subprocess.run(
        [sys.executable, "-c", "import test_river_ranker as t; print(t._forest_digest())"],
        env={**os.environ, "PYTHONHASHSEED": "2", "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == _forest_digest()


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("preprocessing.StandardScaler()", "not a River classifier"),
        ("neighbors.KNNClassifier()", "cannot become plain values"),
        (
            "preprocessing.OneHotEncoder() | facto.FMClassifier(seed=1)",
            "depend on earlier predictions",
        ),
        ("compose.Select('no such') | linear_model.LogisticRegression(1)", "cannot be a ranker"),
        ("naive_bayes.MultinomialNB()", "cannot be a ranker"),
    ],
)
def test_what_cannot_learn_or_be_kept_is_refused_before_it_ranks(expression, why):
    """A trial finds it, so that no snapshot fails and no question does."""
    with pytest.raises(ValueError, match=f"ranker: .*{why}"):
        RiverRanker.named(f"river:{expression}", ("near", "dear"), ("visits",), seed=1)
