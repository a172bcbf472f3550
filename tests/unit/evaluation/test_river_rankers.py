"""Any River model may be the ranker: each runs the backtest, and better than chance."""

import copy
from pathlib import Path

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot import state
from headwater_server.evaluation.backtest import Backtest
from headwater_server.evaluation.interactions import Repeats
from headwater_server.evaluation.shop_history import read_history

DATA = Path("../shared/data")
SCALED = "river:preprocessing.StandardScaler() | "
RANKERS = {
    "logistic": SCALED + "linear_model.LogisticRegression()",
    "adpredictor": SCALED + "preprocessing.Binarizer() | linear_model.AdPredictor(epsilon=0.001)",
    "factorisation": SCALED + "facto.FMClassifier(n_factors=2)",
    "forest": "river:forest.ARFClassifier(n_models=3, grace_period=20)",
}
ITEMS, WALKERS = 60, 12


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """Write a file of visitors who walk a ring of items, a step at a time."""
    path = tmp_path_factory.mktemp("ring") / "events.csv"
    lines = ["timestamp,user_id,item_id,event_type,value"]
    for n in range(180):
        walker, step = n % WALKERS, n // WALKERS
        lines.append(f"{1000 + n},v{walker},i{(5 * walker + step) % ITEMS},view,")
    path.write_text("\n".join(lines) + "\n")
    return path


def _run(events, ranker, limit=None):
    settings = EngineSettings(ranker=ranker)
    engine = Engine(settings)
    history = read_history(events, None, settings, limit)
    return engine, Backtest(engine, history, Repeats.ALLOW).run()


@pytest.mark.parametrize("name", RANKERS)
def test_a_river_ranker_runs_the_backtest(events, name):
    """It learns which item comes next, the same in two runs, and lives on in a snapshot."""
    engine, result = _run(events, RANKERS[name])
    assert result.total.hit_rate > 20 / ITEMS
    again = Engine.restore(copy.deepcopy(engine.capture()))
    assert again.digest() == result.digest
    asked = RecommendRequest("v1", "r", explore=False, explain=True)
    slate = engine.recommend(asked, 2_000_000).results
    assert again.recommend(asked, 2_000_000).results == slate
    for one in slate:
        assert sum(part for _, part in one.contributions) == pytest.approx(one.score, abs=1e-3)
    assert engine.digest() == result.digest
    _, twin = _run(events, RANKERS[name])
    assert twin.digest == result.digest


@pytest.mark.skipif(not DATA.exists(), reason="no event data in ../shared/data")
@pytest.mark.parametrize(
    ("folder", "name"), [("bol_serenade", "adpredictor"), ("online_retail", "logistic")]
)
def test_on_real_events_a_river_ranker_finds_what_comes_next(folder, name):
    """The candidates and features are the engine's, so a plain model gets far with few events."""
    _, result = _run(DATA / folder / "events.csv.gz", RANKERS[name], limit=500)
    assert result.quarantined == 0
    assert result.total.hit_rate > 0.1


def test_a_forest_needs_no_room_for_numbers_it_never_draws(events):
    """What the operating system drew for each leaf is neither in the state nor in its size."""
    engine, _ = _run(events, RANKERS["forest"])
    size = sum(len(repr(leaf)) for _, leaf in state.flatten(engine.parts.models.ranker.state()))
    assert size < 2_000_000
