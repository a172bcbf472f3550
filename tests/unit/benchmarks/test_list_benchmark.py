"""`python -m benchmarks.evaluation lists` knows the truth, and finds it where it can be found."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from benchmarks.evaluation.clicks import Clicks
from benchmarks.evaluation.list_shop import CHAMPION, Asked, Sizes
from benchmarks.evaluation.lists import RIVER, TARGETS, WEAK, ask_all, bars, draw_clicks, judge
from headwater_server.evaluation.simulator import Simulator

VISITS = 4_000


def test_the_chances_of_clicks_are_what_shoppers_do():
    simulator = Simulator(3)
    shopper = copy.copy(simulator.shoppers[7])
    clicks = Clicks(simulator, shopper)
    best = sorted(simulator.shop.items, key=lambda item: -shopper.likes(item) * item.popularity)
    shown = [item.item_id for item in best[:300:30]]
    counts = np.zeros(len(shown))
    for _ in range(VISITS):
        for act in simulator.visit(shopper, shown).acts:
            if act.event_type == "click":
                counts[act.position - 1] += 1
    chances = clicks.chances(shown)
    error = np.sqrt(chances * (1 - chances) / VISITS)
    assert chances.sum() > 0.1
    assert (np.abs(counts / VISITS - chances) < 4.5 * error + 1e-9).all()


def test_clicks_are_drawn_with_their_chances_and_one_at_most_in_a_list():
    chances = np.tile([0.1, 0.0, 0.3, 0.2], (20_000, 1))
    drawn = draw_clicks(chances, np.random.default_rng(1))
    assert set(drawn.sum(axis=1)) == {0.0, 1.0}
    assert drawn.mean(axis=0) == pytest.approx([0.1, 0.0, 0.3, 0.2], abs=0.015)


def _asked(wanted, truth):
    """Return lists of one item that is clicked in 40 % of lists, as one policy sees them."""
    lists = len(wanted)
    in_list = {CHAMPION: np.full((lists, 1), 0.5), "target": np.array(wanted)[:, None]}
    return Asked(np.full((lists, 1), 0.4), in_list, {CHAMPION: 0.4, "target": truth})


def test_a_policy_with_overlap_is_answered_and_its_interval_holds_the_truth():
    (one,) = judge(_asked([0.5] * 300 + [0.25] * 300, 0.3), "c", blocks=100, lists=600, seed=1)
    assert one.answered == 1.0
    assert one.coverage_answered == one.coverage > 0.85
    assert one.own_mean < 0.05  # what the champion earns is not what the policy would
    assert one.rmse == pytest.approx(0.0, abs=0.03)


def test_a_policy_without_overlap_is_refused():
    (one,) = judge(_asked([0.5] * 60 + [0.0] * 540, 0.04), "c", blocks=20, lists=600, seed=1)
    assert (one.answered, one.coverage_answered) == (0.0, None)


@pytest.fixture(scope="module")
def found():
    """Return what a small shop says of all targets, once it is old enough for folds to differ."""
    asked = ask_all("T 0.2 eps 0.02", Sizes(history=2_000, places=30, lists=20), seed=1)
    return asked, judge(asked, "T 0.2 eps 0.02", blocks=40, lists=500, seed=1)


@pytest.mark.thorough  # those above judge lists, too; to ask for some takes half a minute of a core
def test_of_a_small_shop_settings_are_answered_and_other_folds_are_not(found):
    _, judged = found
    by_name = {one.target: one for one in judged}
    assert set(by_name) == {*TARGETS, WEAK, RIVER}
    for name in TARGETS:
        assert by_name[name].answered == 1.0, name
    assert (by_name[WEAK].answered, by_name[RIVER].answered) == (0.0, 0.0)
    covered = np.mean([by_name[name].coverage for name in TARGETS])
    assert covered > 0.85  # of 160 intervals on 600 lists; the command has 25,000
    measures = [bar.measure for bar in bars(judged)]
    assert f"{WEAK} from T 0.2 eps 0.02: refused" in measures


@pytest.mark.thorough  # the same
def test_the_champion_itself_has_the_weight_1_on_average(found):
    asked, _ = found
    for name in TARGETS:  # settings that show the same items: the mean weight is that of items
        weights = asked.in_list[name] / asked.in_list[CHAMPION]
        assert weights.mean() == pytest.approx(1.0, abs=0.12), name
