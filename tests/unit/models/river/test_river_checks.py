"""Every estimator of ours is a River estimator in River's own eyes."""

import pytest
from river import checks, facto, linear_model, tree

from headwater_server.engine.snapshot import state
from headwater_server.models.content.content import Content
from headwater_server.models.content.word_flow import WordFlow
from headwater_server.models.covisitation.companions import Companions
from headwater_server.models.covisitation.cycles import Cycles
from headwater_server.models.covisitation.next_item import NextItem
from headwater_server.models.covisitation.walk import Walk
from headwater_server.models.popularity.activity import Activity
from headwater_server.models.popularity.popularity import Popularity
from headwater_server.models.popularity.strangers import Strangers
from headwater_server.models.probability.probability import ProbabilityHead
from headwater_server.models.probability.probit import Probit
from headwater_server.models.ranker.ranker import ListwiseRanker
from headwater_server.models.river.river_ranker import RiverRanker
from headwater_server.models.sales.sales import Sales

ESTIMATORS = (
    NextItem(),
    Companions(),
    Popularity(),
    Activity(),
    Strangers(),
    Content(),
    Walk(),
    WordFlow(),
    Cycles(),
    Sales(),
    ListwiseRanker(),
    ProbabilityHead(),
    Probit(),
    RiverRanker(linear_model.LogisticRegression()),
    RiverRanker(facto.FMClassifier(seed=1)),
    RiverRanker(tree.HoeffdingTreeClassifier()),
)
CASES = [
    pytest.param(model, check, id=f"{type(model).__name__}-{place}-{check.__name__}")
    for place, model in enumerate(ESTIMATORS)
    for check in checks.yield_checks(model)
    if check.__name__ not in model._unit_test_skips()
]


@pytest.mark.parametrize(("model", "check"), CASES)
def test_passes_rivers_check(model, check):
    """River's check finds nothing wrong with a fresh clone of the estimator."""
    check(model.clone())


@pytest.mark.parametrize("model", ESTIMATORS[:10], ids=lambda m: type(m).__name__)
def test_rankers_read_without_writing(model):
    """Asking for unknown users and items leaves the state as it was."""

    for item in ("a", "b", "a", "c", "b"):
        model.learn_one("ann", item)
    before = state.digest(state.flatten(model.state()))
    for n in range(200):
        model.predict_one(f"stranger {n}", f"thing {n}")
        model.predict_one("ann", f"thing {n}")
        model.rank("ann", {"a", "b", f"thing {n}"})
    assert state.digest(state.flatten(model.state())) == before
