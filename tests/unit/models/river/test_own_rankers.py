"""A shop's own classifiers: found by path, by entry point, by object; refused with the reason."""

from __future__ import annotations

import sys

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

SOURCE = """
from river import base

class Mean(base.Classifier):
    def __init__(self, seed=None):
        self.seed, self.sums = seed, {True: 1.0, False: 1.0}
    def learn_one(self, x, y):
        self.sums[y] += 1.0 + abs(x["next"])
    def predict_proba_one(self, x):
        total = sum(self.sums.values())
        return {y: value / total for y, value in self.sums.items()}

class Forgetful(Mean):
    def predict_proba_one(self, x):
        self.sums[True] += x["next"]
        return super().predict_proba_one(x)

class Locked(Mean):
    def __init__(self):
        super().__init__()
        import threading
        self.lock = threading.Lock()

class Needy(Mean):
    def __init__(self, size):
        super().__init__()
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package on the path, with an entry point as `pip install` records it."""
    (tmp_path / "own_shop.py").write_text(SOURCE)
    info = tmp_path / "own_shop-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: own-shop\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[headwater.rankers]\nmean = own_shop:Mean\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("own_shop", None)


def taught(ranker):
    engine = Engine()
    engine.apply(Entry(1, (SettingsChange(EngineSettings(ranker=ranker)),)))
    engine.apply(Entry(1, tuple(ItemWrite(Item(f"i{n}")) for n in range(8))))
    for n in range(40):
        event = Event(f"e{n}", "click", f"v{n % 5}", items=(EventItem(f"i{n * 3 % 8}"),))
        engine.apply(Entry(2 + n, (event,)))
    return engine


@pytest.mark.parametrize("name", ["own_shop:Mean", "mean"])
@pytest.mark.usefixtures("package")
def test_it_learns_serves_and_comes_back_from_a_snapshot(name):
    engine = taught(name)
    assert engine.parts.models.ranker.model.sums[True] > 1.0
    assert engine.recommend(RecommendRequest("v1", "r"), now_ms=50).results
    assert Engine.restore(engine.capture()).digest() == engine.digest() == taught(name).digest()


@pytest.mark.usefixtures("package")
def test_a_parameter_named_seed_gets_the_shops_seed():
    assert taught("mean").parts.models.ranker.model.seed == EngineSettings().seed + 2


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("own_shop:Forgetful", "cannot be a ranker"),
        ("own_shop:Locked", "cannot be a ranker"),
        ("own_shop:Needy", "size"),
        ("own_shop:None_", "cannot be imported"),
        ("own_shop", "none of listwise.*installed: mean"),
        ("nowhere:Mean", "cannot be imported"),
        ("builtins:print", "no class of River classifiers"),
        ("river.linear_model:LinearRegression", "no class of River classifiers"),
    ],
)
@pytest.mark.usefixtures("package")
def test_what_cannot_be_one_is_refused_with_the_reason(name, problem):
    with pytest.raises(ValueError, match=problem):
        Engine(EngineSettings(ranker=name))
