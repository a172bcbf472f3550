"""Figures of policies on worlds whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.evaluation.comparing.compare import Ask, Comparison, compare, figure
from headwater_server.evaluation.comparing.shown import Shown
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.inference.verdict import Verdict

RATES = np.array([0.05, 0.1, 0.3, 0.4])
LOGGED = np.array([0.4, 0.3, 0.2, 0.1])


def items(wanted: list[float], rows: int = 20_000, seed: int = 1) -> tuple[Shown, Chances]:
    """Rows of one of four items each, drawn with LOGGED, acted on with RATES."""
    random = np.random.default_rng(seed)
    item = random.choice(4, rows, p=LOGGED)
    acts = (random.random(rows) < RATES[item]).astype(float)
    groups = ["home" if one else "cart" for one in random.random(rows) < 0.5]
    shown = Shown.of_items(acts, np.arange(rows) // 2, groups)
    return shown, Chances.of_items(np.array(wanted)[item], LOGGED[item])


def lists(chance: float, count: int = 3_000, seed: int = 1) -> tuple[Shown, Chances]:
    """Lists of two of three items: a good one is shown to half, by the policy to ``chance``."""
    random = np.random.default_rng(seed)
    good = random.random(count) < 0.5
    acts = np.zeros((count, 2))
    acts[:, 0] = random.random(count) < np.where(good, 0.4, 0.1)
    listed = np.column_stack([np.where(good, chance, 1.0 - chance), np.ones(count)])
    logged = np.column_stack([np.full(count, 0.5), np.ones(count)])
    shown = Shown.of_lists(acts, np.ones(acts.shape, bool), np.arange(count), ["home"] * count)
    return shown, Chances(listed, logged, listed, logged)


def total(found: list[Comparison], name: str = "new"):
    return next(one.total for one in found if one.policy == name)


@pytest.mark.parametrize(
    ("wanted", "verdict"),
    [
        ([0.1, 0.2, 0.3, 0.4], Verdict.BETTER),
        ([0.7, 0.2, 0.05, 0.05], Verdict.WORSE),
        (LOGGED.tolist(), Verdict.NO_DIFFERENCE_SEEN),
    ],
)
def test_a_policy_of_single_items_gets_its_value_and_verdict(wanted, verdict):
    shown, chances = items(wanted)
    found = total(compare(shown, {"new": chances}, Ask()))
    truth = float((np.array(wanted) * RATES).sum())
    assert found.verdict is verdict
    assert truth in found.interval
    assert truth - float((LOGGED * RATES).sum()) in found.difference_interval
    assert found.value == pytest.approx(truth, abs=0.02)
    assert found.beside["ips"] == pytest.approx(truth, abs=0.02)


@pytest.mark.parametrize(
    ("chance", "verdict"), [(0.9, Verdict.BETTER), (0.1, Verdict.WORSE), (0.5, "equal")]
)
def test_a_policy_of_lists_gets_its_value_and_verdict(chance, verdict):
    shown, chances = lists(chance)
    found = total(compare(shown, {"new": chances}, Ask()))
    truth = chance * 0.4 + (1 - chance) * 0.1
    assert found.estimator == "in_list"
    assert found.value == pytest.approx(truth, abs=0.03)
    if verdict == "equal":
        assert found.difference == pytest.approx(0.0, abs=1e-12)
        assert found.verdict is Verdict.NO_DIFFERENCE_SEEN
    else:
        assert found.verdict is verdict
        assert truth in found.interval


def test_without_overlap_there_is_no_number_but_the_size_of_an_experiment():
    shown, chances = items([0.1, 0.2, 0.3, 0.4], rows=150)
    found = total(compare(shown, {"new": chances}, Ask()))
    assert found.verdict is Verdict.TOO_LITTLE_DATA
    assert (found.value, found.interval, found.difference, found.always_valid) == (None,) * 4
    assert found.beside == {}
    assert "at least 200 are needed" in found.overlap.problems[0]
    assert found.visitors_needed is not None
    assert found.visitors_needed > 1_000


def test_a_champion_with_too_few_acts_has_no_number_either():
    shown = Shown.of_items([1.0] + [0.0] * 999, np.arange(1_000), ["home"] * 1_000)
    champion = compare(shown, {}, Ask())[0].total
    assert champion.verdict is Verdict.TOO_LITTLE_DATA
    assert champion.value is None
    assert champion.overlap.problems == (
        "the acts are worth 1, at least 5 are needed",
        "that takes about 5,000 rows in all, if they go on as these",
    )


def test_few_lists_say_nothing_however_well_they_overlap():
    shown, chances = lists(0.5, count=60)
    found = total(compare(shown, {"new": chances}, Ask()))
    assert found.verdict is Verdict.TOO_LITTLE_DATA
    assert found.overlap.effective_share == pytest.approx(1.0)
    assert any("60 lists" in text for text in found.overlap.problems)
    assert "that takes about 200 lists in all" in found.overlap.problems[-1]


def test_few_visitors_take_as_many_lists_as_a_hundred_of_them_see():
    shown, chances = lists(0.5, count=400)
    shown = replace(shown, visitors=np.arange(400) % 10)
    found = total(compare(shown, {"new": chances}, Ask()))
    assert found.verdict is Verdict.TOO_LITTLE_DATA
    assert found.overlap.problems == (
        "there are 10 visitors, at least 100 are needed",
        "that takes about 4,000 lists in all, if they go on as these",
    )


def test_a_log_in_which_nobody_acted_is_answered_in_words():
    shown = Shown.of_items(np.zeros(500), np.arange(500), ["home"] * 500)
    half = np.full(500, 0.5)
    found = total(compare(shown, {"new": Chances.of_items(half, half)}, Ask(metric="reward")))
    assert found.verdict is Verdict.TOO_LITTLE_DATA
    assert found.overlap.problems == ("the acts are worth 0, at least 5 are needed",)
    assert found.visitors_needed is None


def test_a_policy_that_shows_nothing_of_the_log_is_unsupported():
    shown, chances = items([0.0, 0.0, 0.0, 0.0])
    found = total(compare(shown, {"new": chances}, Ask()))
    assert found.verdict is Verdict.NOT_ENOUGH_OVERLAP
    assert found.unsupported == 1.0


def test_groups_and_tenths_are_parts_of_the_answers():
    shown, chances = items([0.1, 0.2, 0.3, 0.4])
    found = compare(shown, {"new": chances}, Ask())[1]
    assert set(found.by_group) == {"home", "cart"}
    assert sum(one.answers for one in found.by_group.values()) == shown.lists
    assert [one.answers for one in found.by_tenth] == [2_000] * 10
    home = shown.groups == shown.group_names.index("home")
    alone = figure(shown.part(home), chances.part(home, shown.is_filled[home]), Ask())
    assert found.by_group["home"].as_dict() == alone.as_dict()


def test_a_slot_that_a_short_list_lacks_changes_nothing():
    shown, chances = lists(0.7)
    plain = total(compare(shown, {"new": chances}, Ask()))
    more = np.zeros((shown.lists, 1))
    padded = Shown.of_lists(
        np.hstack([shown.rewards, more]),
        np.hstack([shown.is_filled, more.astype(bool)]),
        shown.visitors,
        ["home"] * shown.lists,
    )
    wide = Chances(
        np.hstack([chances.slot, more + 1]),
        np.hstack([chances.slot_logged, more + 1]),
        np.hstack([chances.listed, more]),
        np.hstack([chances.listed_logged, more + 1]),
    )
    found = total(compare(padded, {"new": wide}, Ask()))
    assert found.value == pytest.approx(plain.value)
    assert found.overlap.effective_share == pytest.approx(plain.overlap.effective_share)
    assert found.interval == plain.interval


def test_always_valid_intervals_are_wider_and_hold_the_truth():
    wanted = [0.1, 0.2, 0.3, 0.4]
    shown, chances = items(wanted)
    ask = Ask(always_valid=True)
    found = total(compare(shown, {"new": chances}, ask))
    assert float((np.array(wanted) * RATES).sum()) in found.always_valid
    assert found.always_valid.width > found.interval.width
    shown, chances = lists(0.9)
    found = total(compare(shown, {"new": chances}, ask))
    assert 0.9 * 0.4 + 0.1 * 0.1 in found.always_valid
    assert found.always_valid.width > found.interval.width


def test_rewards_above_one_have_no_always_valid_interval():
    shown, chances = items([0.1, 0.2, 0.3, 0.4])
    dear = Shown.of_items(shown.rewards[:, 0] * 30.0, shown.visitors, ["home"] * shown.lists)
    with pytest.raises(ValueError, match="rewards"):
        compare(dear, {"new": chances}, Ask(metric="revenue EUR", always_valid=True))


def test_revenue_and_negative_rewards_are_bootstrapped():
    shown, chances = items([0.1, 0.2, 0.3, 0.4])
    amounts = np.where(shown.rewards[:, 0] > 0, 20.0, -0.1)
    part = Shown.of_items(amounts, shown.visitors, ["home"] * shown.lists)
    found = total(compare(part, {"new": chances}, Ask(metric="reward")))
    truth = float((np.array([0.1, 0.2, 0.3, 0.4]) * (RATES * 20.0 - (1 - RATES) * 0.1)).sum())
    assert truth in found.interval
    assert found.verdict is Verdict.BETTER


def test_visitors_with_many_rows_make_intervals_wider():
    _, chances = items([0.1, 0.2, 0.3, 0.4], rows=4_000)
    random = np.random.default_rng(5)
    alike = np.repeat(random.random(100) < 0.3, 40).astype(float)
    many = Shown.of_items(alike, np.repeat(np.arange(100), 40), ["home"] * 4_000)
    one_each = Shown.of_items(alike, np.arange(4_000), ["home"] * 4_000)
    wide, narrow = (total(compare(one, {"new": chances}, Ask())) for one in (many, one_each))
    assert wide.interval.width > 2 * narrow.interval.width


def test_the_first_slot_of_lists_is_a_single_item():
    shown, chances = lists(0.9)
    found = figure(shown.first_slot(), chances.first_slot(), Ask())
    assert found.estimator == "snips"
    assert found.value == pytest.approx(0.9 * 0.4 + 0.1 * 0.1, abs=0.03)


def test_only_the_largest_groups_have_figures_and_none_is_empty():
    shown, _ = items([0.1, 0.2, 0.3, 0.4])
    names = [f"page-{number % 50}" if number < 200 else "home" for number in range(shown.lists)]
    many = Shown.of_items(shown.rewards[:, 0], shown.visitors, names)
    found = compare(many, {}, Ask())[0].by_group
    assert len(found) == 30
    assert found["home"].answers == shown.lists - 200
    home = many.part(many.groups == many.group_names.index("home"))
    assert list(compare(home, {}, Ask())[0].by_group) == ["home"]
