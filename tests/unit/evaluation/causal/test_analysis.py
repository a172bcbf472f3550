"""What the report says, and when it says nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.evaluation.hidden_need import shop
from headwater_server.evaluation.causal import words
from headwater_server.evaluation.causal.analysis import analyse
from headwater_server.evaluation.causal.asked import CausalAsked, Outcome
from headwater_server.evaluation.causal.page import page
from headwater_server.evaluation.causal.report import Read, as_dict, as_text, is_answered

COUNTS = {"shown": 9, "asked": 9, "same_chances": 9, "unreplayable": {}}
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def bought():
    return shop(8_000, 8)


def report(rows, found, problems=(), subject="the item tent", outcome=Outcome.PURCHASE):
    asked = CausalAsked(subject, "tent", placement="home", outcome=outcome)
    read = Read({}, COUNTS, "EUR", "", "", "", (), (HOSTILE,), problems, 1_000)
    return as_dict(asked, read, rows, found)


def test_the_report_holds_the_truth_and_marks_what_is_unsound(bought):
    rows, truth = bought
    found = analyse(rows, Outcome.PURCHASE)
    said = report(rows, found)
    assert found.problems == found.seeing_problems == []
    assert is_answered(said)
    lines = {one["line"]: one for one in said["lines"]}
    for key, true in (
        ("doubly_robust", truth.placing), ("weighted", truth.placing), ("matched", truth.placing),
        ("instrument", truth.seeing), ("two_stage", truth.seeing), ("structural", truth.seeing),
    ):  # fmt: skip
        low, high = lines[key]["interval"]
        assert low < true < high, key
        assert lines[key]["sound"], key
    for key in ("naive_placed", "naive_seen", "matched_logged", "weighted_logged"):
        assert lines[key]["for_comparison"], key
    assert not lines["naive_seen"]["sound"]
    assert truth.seeing < lines["naive_seen"]["interval"][0]
    assert truth.placing < lines["naive_placed"]["interval"][0]
    assert set(said["paths"]["effects"]) == {
        "seen_by_placing", "act_by_seeing", "through_act", "direct",
    }  # fmt: skip
    assert said["counts"]["below"] + said["counts"]["above"] + len(found.rows) == 8_000
    assert json.loads(as_text(said)) == said
    assert "lists of 100 end with a purchase of it" in words.headlines(said)[0]


def test_chances_that_are_not_those_of_the_draw_are_refused_by_the_balance(bought):
    rows, _ = bought
    wrong = replace(rows, chance=np.clip(rows.chance**2, 0.02, 0.9))
    found = analyse(wrong, Outcome.PURCHASE, with_paths=False)
    assert "the groups are not alike after weighting" in found.problems[0]
    assert_no_figure(report(wrong, found))


def test_a_placebo_that_is_off_zero_is_refused(bought):
    rows, _ = bought
    off = replace(rows, before=np.maximum(rows.before, rows.placed * (rows.outcome > 0.0)))
    found = analyse(off, Outcome.PURCHASE, with_paths=False)
    assert "the placebo is off zero" in " ".join(found.problems)
    said = report(off, found)
    assert_no_figure(said)
    assert any(one["placebo"]["value"] for one in said["lines"])  # the reason is shown


def test_seeing_alone_is_refused_when_placing_hardly_moves_it(bought):
    rows, _ = bought
    seen = np.random.default_rng(1).random(len(rows)) < 0.5
    found = analyse(replace(rows, seen=seen.astype(float)), Outcome.PURCHASE, with_paths=True)
    said = report(rows, found)
    assert "first-stage F" in found.seeing_problems[0]
    assert said["headline"]["placing"]["value"] is not None
    assert said["headline"]["seeing"]["value"] is None
    assert said["paths"] is None
    given = {one["line"] for one in said["lines"] if one["value"] is not None}
    assert not given & {"instrument", "two_stage", "structural"}
    assert "No figure for being seen: placing it hardly changes" in words.headlines(said)[1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows.part(np.arange(len(rows)) < 300), "at least 200 are needed"),
        (lambda rows: replace(rows, placed=np.ones(len(rows))), "0 do not have it"),
        (lambda rows: replace(rows, placed=np.zeros(len(rows))), "0 lists have it"),
        (lambda rows: replace(rows, chance=np.ones(len(rows))), "at least 200 are needed"),
        (lambda rows: replace(rows, outcome=np.zeros(len(rows))), "0 rows have the outcome"),
        (lambda rows: replace(rows, visitors=rows.visitors % 7), "the lists are of 7 visitors"),
    ],
)
def test_too_little_is_said_in_words_and_nothing_is_estimated(bought, change, reason):
    rows = change(bought[0])
    found = analyse(rows, Outcome.PURCHASE)
    said = report(rows, found)
    assert reason in " ".join(found.problems)
    assert said["lines"] == []
    assert_no_figure(said)


def test_a_replay_of_another_state_stops_every_figure(bought):
    rows, _ = bought
    found = analyse(rows, Outcome.PURCHASE, with_paths=False)
    said = report(rows, found, problems=["another build answered"])
    assert_no_figure(said)
    assert words.headlines(said)[0] == "No figure for placing: another build answered."


def test_texts_of_the_shop_are_escaped_on_the_page(bought):
    rows, _ = bought
    hostile = replace(rows, names=(HOSTILE, "b"))
    found = analyse(hostile, Outcome.PURCHASE, with_paths=False)
    text = page(report(hostile, found, subject=HOSTILE))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 4
    assert text.count("<svg") == 4


def test_revenue_is_in_its_currency_and_acts_have_one_path(bought):
    rows, _ = bought
    worth = replace(rows, outcome=rows.outcome * 12.5, before=rows.before * 12.5)
    said = report(worth, analyse(worth, Outcome.REVENUE, with_paths=False), outcome=Outcome.REVENUE)
    assert "EUR by list" in words.headlines(said)[0]
    assert said["sensitivity"]["e_value"] >= 1.0
    acts = replace(rows, outcome=rows.acted)
    said = report(acts, analyse(acts, Outcome.ACT), outcome=Outcome.ACT)
    assert set(said["paths"]["effects"]) == {"seen_by_placing"}


def assert_no_figure(said):
    assert not is_answered(said)
    for head in said["headline"].values():
        assert head["value"] is head["interval"] is None
        assert head["problems"]
    assert all(one["value"] is None for one in said["lines"])
    assert said["sensitivity"] is said["paths"] is None
    text = page(said)
    assert "No figure for placing" in text
    assert 'aria-label="effects' not in text
