"""The programs of `python -m benchmarks.evaluation` measure what they say."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
import typer

from benchmarks.evaluation.bars import Bar, finish
from benchmarks.evaluation.coverage import World, default, normal
from benchmarks.evaluation.cuped import splits
from benchmarks.evaluation.obp import obp_values, our_values
from benchmarks.evaluation.open_bandit import CAMPAIGNS, click_rates, comparisons
from benchmarks.evaluation.peeking import LOOKS, look_often, moments
from benchmarks.evaluation.peers import OBP, obp_estimators
from benchmarks.evaluation.real import REFUSED, answer
from benchmarks.evaluation.shop import SHOPPERS, Visits, serve

DATA = Path(__file__).parents[4] / "shared/data/obd/impressions.csv.gz"
COLUMNS = ("policy", "campaign", "item_id", "position", "click", "propensity")
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="the real event data is not in ../shared/data"
)


@pytest.fixture
def rows(tmp_path):
    """Return a file of Open Bandit's form: 300 rows of each policy, of three items."""
    file = tmp_path / "impressions.csv.gz"
    random = np.random.default_rng(1)
    chances = {"random": [1 / 3] * 3, "bts": [0.6, 0.3, 0.1]}
    with gzip.open(file, "wt", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(COLUMNS)
        for campaign in CAMPAIGNS:
            for policy, shares in chances.items():
                for item in random.choice(3, 300, p=shares):
                    click = int(random.random() < (0.1, 0.3, 0.6)[item])
                    position = random.integers(1, 4)
                    out.writerow((policy, campaign, f"i{item}", position, click, shares[item]))
    return file


def test_comparisons_have_the_weights_of_both_directions(rows):
    uniform, learned = comparisons(rows)[:2]
    assert uniform.weights == pytest.approx((1 / 3) / uniform.logged.propensity)
    assert learned.policy.sum(axis=0) == pytest.approx(np.ones(3))
    assert learned.policy[:, 0] == pytest.approx([0.6, 0.3, 0.1], abs=0.12)
    assert learned.weights == pytest.approx(
        3.0 * learned.policy[learned.logged.item, learned.logged.position]
    )


def test_a_world_is_its_own_truth(rows):
    """The mean of many draws, weighted, is the truth; so intervals can be checked with it."""
    world = World.of(comparisons(rows)[0])
    weights, clicks = world.draw(200_000, np.random.default_rng(2))
    assert weights.mean() == pytest.approx(1.0, abs=0.02)
    assert (weights * clicks).mean() == pytest.approx(world.truth, rel=0.03)
    assert world.truth in default(weights, clicks)
    assert normal(weights, clicks).width < default(weights, clicks).width * 1.5


def test_obp_says_the_same(rows):
    """Skipped without obp, which is installed alone: `pip install --no-deps obp==0.4.1`."""
    pytest.importorskip("obp", reason=OBP)
    one = comparisons(rows)[1]
    model = click_rates(one.logged)
    assert our_values(one, model) == pytest.approx(obp_values(obp_estimators(), one, model))


@needs_data
def test_the_real_rows_without_overlap_are_refused():
    found = {one.name: answer(one)[1] for one in comparisons(DATA)}
    assert [name for name, interval in found.items() if interval is None] == [REFUSED]


def test_visits_are_halved_and_summed_by_visitor():
    visits = Visits(np.array([2, 0, 2, 1]), np.array([1.0, 0.0, 3.0, 1.0]))
    before, after = visits.halves()
    assert [part.tolist() for part in before.by_visitor(3)] == [[1, 0, 1], [0, 0, 1]]
    assert [part.tolist() for part in after.by_visitor(3)] == [[0, 1, 1], [0, 1, 3]]


def test_looks_grow_and_know_the_history():
    random = np.random.default_rng(3)
    visits = Visits(random.integers(0, 50, 1000), random.random(1000))
    looks = look_often(visits)
    assert len(looks) == LOOKS
    here = [look.is_here.sum() for look in looks]
    assert here == sorted(here)
    assert looks[-1].rows[:, 0].sum() == pytest.approx(visits.clicks[500:].sum())
    assert looks[0].rows[:, 1].sum() == pytest.approx(visits.clicks[:500].sum())
    everyone = np.ones(SHOPPERS, dtype=bool)
    assert moments(looks[-1], everyone).visitors == here[-1]


def test_the_simulated_shop_has_visitors_who_click():
    visits = serve(60, seed=4)
    assert len(visits.visitor) == 60
    assert 0.0 < visits.clicks.mean() < 0.5


def test_a_split_counts_the_lines_before_and_after_it(tmp_path):
    file = tmp_path / "events.csv.gz"
    day = 86_400
    lines = [
        (0, "old"),
        (100 * day, "both"),
        (185 * day, "both"),
        (186 * day, "new"),
        (370 * day, "x"),
    ]
    with gzip.open(file, "wt", newline="") as text:
        out = csv.writer(text)
        out.writerow(("timestamp", "user_id", "item_id", "event_type", "value"))
        out.writerows((time, user, "a", "purchase", 1) for time, user in lines)
        out.writerow((186 * day, "new", "a", "return", -1))
    first, before, after = splits(file)[0]
    assert (first, before.tolist(), after.tolist()) == (180, [1.0, 0.0], [1.0, 1.0])


def test_a_missed_gate_is_an_exit_code():
    finish([Bar("held", 1.0, 1.0), Bar("held", 1.0, 1.0, is_most=False)])
    for bar in (Bar("missed", 1.1, 1.0), Bar("missed", 0.9, 1.0, is_most=False)):
        with pytest.raises(typer.Exit):
            finish([bar])
    assert not Bar("no figure", float("nan"), 1.0).passes
