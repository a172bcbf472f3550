"""The lab: frames in, frames out, the same figures as the command."""

from __future__ import annotations

import pandas as pd
import pytest
from river import base, linear_model, preprocessing

from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.backtest import Backtest
from headwater_server.evaluation.baselines.covisitation import CoVisitation
from headwater_server.evaluation.interactions import Repeats
from headwater_server.evaluation.shop_history import read_history
from headwater_server.lab import backtest, compare, summary

WALK = [
    (1_000 + 60 * n, f"u{n % 120}", f"i{(n % 120 + n // 120) % 40}", "view") for n in range(600)
]
COLUMNS = ["timestamp", "user_id", "item_id", "event_type"]


class Leaning(base.Classifier):
    """A classifier of a shop: it counts how often each answer was right."""

    def __init__(self, start: float = 1.0) -> None:
        self.start = start
        self.counts = {True: start, False: start}

    def learn_one(self, x, y):
        self.counts[y] += 1.0

    def predict_proba_one(self, x):
        total = sum(self.counts.values())
        return {y: count / total for y, count in self.counts.items()}


@pytest.fixture
def events():
    return pd.DataFrame(WALK, columns=COLUMNS)


@pytest.fixture(scope="module")
def default():
    return backtest(pd.DataFrame(WALK, columns=COLUMNS))


def test_the_figures_are_those_of_the_command(default, events, tmp_path):
    path = tmp_path / "events.csv"
    events.to_csv(path, index=False)
    settings = EngineSettings()
    result = Backtest(Engine(), read_history(path, None, settings), Repeats.ALLOW).run()
    assert default["rank"].tolist() == list(result.counted.ranks)
    assert summary(default)["hit_rate"] == pytest.approx(result.total.hit_rate)
    assert summary(default)["ndcg"] == pytest.approx(result.total.figures()["ndcg_at_20"], abs=1e-6)


def test_rows_are_positions_in_the_frame_also_if_it_is_not_sorted(default, events):
    turned = events.iloc[::-1].reset_index(drop=True)
    found = backtest(turned)
    assert found["rank"].tolist() == default["rank"].tolist()
    for one in found.head(5).itertuples():
        assert turned["item_id"][one.row] == one.item_id


@pytest.mark.parametrize("kind", ["datetime64[ns]", "datetime64[s]", "datetime64[ns, UTC]"])
def test_times_may_be_datetimes(default, events, kind):
    zone = "UTC" in kind
    times = pd.to_datetime(events["timestamp"], unit="s", utc=zone)
    found = backtest(events.assign(timestamp=times if zone else times.astype(kind)))
    assert found["timestamp_ms"].tolist() == default["timestamp_ms"].tolist()
    assert found["rank"].tolist() == default["rank"].tolist()


def test_a_ranker_may_be_a_text_an_object_or_a_class(events):
    text = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"
    model = preprocessing.StandardScaler() | linear_model.LogisticRegression()
    assert (
        backtest(events, ranker=text)["rank"].tolist()
        == backtest(events, ranker=model)["rank"].tolist()
    )
    assert len(backtest(events, ranker=linear_model.LogisticRegression)) > 0


def test_a_ranker_of_a_shop_runs_and_what_is_given_does_not_learn(events):
    mine = Leaning(2.0)
    assert len(backtest(events, ranker=mine)) > 0
    assert mine.counts == {True: 2.0, False: 2.0}


def test_a_recommender_replaces_the_engine(events):
    assert summary(backtest(events, ranker=CoVisitation()))["hit_rate"] > 0


def test_own_types_get_rewards(events):
    events["event_type"] = "tasted"
    with pytest.raises(ValueError, match="tasted"):
        backtest(events)
    assert len(backtest(events, rewards={"tasted": 0.5})) > 0


def test_two_backtests_are_compared_on_the_same_questions(default, events):
    other = backtest(events, ranker=CoVisitation())
    table = compare({"default": default, "co-visitation": other})
    assert table["times"][0] == 1.0
    assert table["times_low"][1] <= table["times"][1] <= table["times_high"][1]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda f: f.drop(columns="timestamp"), "no column timestamp; found: user_id, item_id"),
        (lambda f: f.drop(columns="item_id"), "item_id"),
        (lambda f: f.assign(item_id=f["item_id"].where(f.index != 5)), "row 5"),
        (
            lambda f: f.assign(timestamp=f["timestamp"].where(f.index != 5)),
            "1 rows have no timestamp",
        ),
        (lambda f: f.to_dict(), "a data frame was expected, not dict"),
    ],
)
def test_what_is_wrong_with_a_frame_is_said(events, change, problem):
    with pytest.raises(ValueError, match=problem) as found:
        backtest(change(events))
    assert "/tmp" not in str(found.value)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"settings": {"sed": 2}}, "unexpected keyword argument 'sed'"),
        ({"ranker": "no_such_entry"}, "none of listwise"),
        ({"ranker": "no_such_module:Mine"}, "cannot be imported"),
        ({"ranker": "json:JSONDecoder"}, "no class of River classifiers"),
        ({"repeats": "never"}, "repeats 'never': write allow or exclude"),
        ({"limit": 0}, "limit 0: at least 1"),
        ({"settings": {"exploration_epsilon": 7}}, "exploration_epsilon = 7: must lie between"),
        ({"rewards": {"view": "x"}}, "rewards"),
        ({"rewards": {"view": float("nan")}}, "rewards"),
    ],
)
def test_what_is_wrong_with_an_option_is_said(events, options, problem):
    with pytest.raises(ValueError, match=problem):
        backtest(events, **options)


def test_too_few_events_have_no_rate(events):
    with pytest.raises(ValueError, match="1, of which none counts"):
        backtest(events[:1])
    nothing = summary(pd.DataFrame({"row": [], "user_id": [], "rank": []}))
    assert (nothing["questions"], nothing["hit_rate"], nothing["mrr"]) == (0, None, None)


def test_whole_numbers_with_a_fraction_are_the_ids_that_they_were(events):
    """pandas writes a column of whole numbers as 17.0 where another row once was empty."""
    whole = events[:120].assign(item_id=[int(name[1:]) for name in events[:120]["item_id"]])
    described = pd.DataFrame({"item_id": range(40), "price": [1.5 + n for n in range(40)]})
    asked = [
        backtest(frame, described, features=["price"])
        for frame in (whole, whole.assign(item_id=whole["item_id"].astype(float)))
    ]
    assert asked[0].equals(asked[1])
    assert set(asked[0]["item_id"]) <= {str(n) for n in range(40)}


def test_what_is_no_backtest_is_refused(events):
    with pytest.raises(ValueError, match="it has no row, rank"):
        summary(events)
    with pytest.raises(ValueError, match="write a dict"):
        compare(events)
