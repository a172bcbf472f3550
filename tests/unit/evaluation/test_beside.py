"""Headwater's result beside others': rates, leads and their intervals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater_server.evaluation.backtest import Counted, Result
from headwater_server.evaluation.beside import OWN, VISITORS_MIN, baselines, chance_note, compared
from headwater_server.evaluation.reports.backtest_page import backtest_page, cells
from headwater_server.evaluation.reports.tenths import tenths_plot
from headwater_server.evaluation.tally import Tally

ROWS = 2 * VISITORS_MIN
VISITORS = [f"v{row % VISITORS_MIN}" for row in range(ROWS)]


def result(rank_of):
    """A result in which the question of ``row`` has the rank that ``rank_of`` gives."""
    counted, total = Counted(), Tally()
    for row in range(ROWS // 10, ROWS):
        counted.add(row, rank_of(row))
        total.count(rank_of(row))
    return Result(total, (Tally(),) * 10, ROWS, 0, 1.0, "d", counted)


@pytest.fixture
def both():
    own, other = result(lambda row: row % 2), result(lambda row: row % 4 == 1)
    return compared({OWN: ("", own), "other": ("its settings", other)}, VISITORS)


def test_rates_and_leads_are_those_of_the_counted_rows(both):
    own, other = both
    assert (own.figures["hit_rate_at_20"], own.lead) == (0.5, None)
    assert other.figures["hit_rate_at_20"] == 0.25
    assert other.lead == 2.0
    assert other.lead_interval.low < 2.0 < other.lead_interval.high
    assert 0.25 in other.interval


def test_the_first_tenth_has_no_rate(both):
    assert [one.by_tenth[0] for one in both] == [None, None]
    assert [round(rate, 6) for rate in both[0].by_tenth[1:]] == [0.5] * 9


def test_a_tenth_or_a_file_with_few_visitors_has_no_interval(both):
    assert both[0].intervals_by_tenth[3] is None  # twenty rows
    few = compared({OWN: ("", result(lambda row: 1))}, ["v"] * ROWS)[0]
    assert few.interval is None
    assert cells(few)[2] == "-"


def test_who_never_hits_gives_no_lead():
    one = compared(
        {OWN: ("", result(lambda row: 1)), "none": ("", result(lambda row: 0))}, VISITORS
    )[1]
    assert (one.lead, one.lead_interval) == (None, None)
    assert cells(one)[-1] == ""


def test_the_page_shows_each_recommender_and_escapes_its_name(both):
    odd = replace(both[1], name="<b>odd</b>")
    figures = {"rows": ROWS, "events": 180, "command": "headwater backtest --events '<x>'"}
    page = backtest_page([both[0], odd], figures, "a&b.csv")
    assert "&lt;b&gt;odd&lt;/b&gt;" in page
    assert "<b>odd" not in page
    assert "a&amp;b.csv" in page
    assert "&lt;x&gt;" in page


def test_the_plot_has_a_line_for_each(both):
    assert tenths_plot(both).count("<polyline") == 2


def test_what_stands_beside_has_names_of_its_own():
    assert [one.name for one in baselines()] == ["co-visitation", "popularity", "chance"]


@pytest.mark.parametrize(("often", "is_noted"), [(2, True), (3, False)])
def test_a_hit_rate_that_chance_has_is_noted(often, is_noted):
    own, chance = result(lambda row: 1), result(lambda row: row % often == 0)
    note = chance_note(compared({OWN: ("", own), "chance": ("", chance)}, VISITORS))
    assert ("a list drawn by chance has the item in 50% of the questions" in note) is is_noted
