"""Any River classifier may rank; none may be changed by a question."""

import numpy as np
import pytest

from headwater_server.engine import state
from headwater_server.models.river_ranker import RiverRanker, build

EXPRESSIONS = (
    "linear_model.LogisticRegression()",
    "preprocessing.StandardScaler() | linear_model.LogisticRegression()",
    "linear_model.AdPredictor()",
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


@pytest.mark.parametrize("expression", [e for e in EXPRESSIONS if "AdPredictor" not in e])
def test_learns_what_is_chosen(expression):
    """After learning that near items are chosen, a near one scores above a far one.

    Not AdPredictor: it asks which features are there, and here all always are.
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


@pytest.mark.parametrize(
    "expression",
    [
        "linear_model.Nothing()",
        "preprocessing.StandardScaler()",
        "__import__('os').system('true')",
        "linear_model.LogisticRegression.__init__",
        "linear_model.LogisticRegression(",
        "open('x')",
    ],
)
def test_what_is_no_classifier_of_rivers_is_refused(expression):
    """The setting names the problem instead of evaluating what it was given."""
    with pytest.raises(ValueError, match="ranker: "):
        build(expression)
