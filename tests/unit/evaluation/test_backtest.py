"""How a backtest counts, worked out by hand on an engine that fits into a screen."""

from __future__ import annotations

import json

import pytest

from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.messages.events import Outcome, Status
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation import report
from headwater_server.evaluation.backtest import Backtest
from headwater_server.evaluation.interactions import Repeats
from headwater_server.evaluation.shop_history import read_history
from tests.unit.evaluation.tiny_engine import TinyEngine


@pytest.fixture
def engine():
    return TinyEngine()


def run(engine, path, repeats=Repeats.ALLOW):
    return Backtest(engine, read_history(path, None, EngineSettings()), repeats).run()


def alternating(rows, items="ab"):
    return [f"{n},v,{items[n % len(items)]},view,1" for n in range(rows)]


def test_a_visitor_who_alternates_is_soon_guessed(write, engine):
    result = run(engine, write(*alternating(20)))
    assert result.total.events == 18  # the first tenth of the stream does not count
    assert result.total.hits == 18
    assert result.total.figures()["mrr_at_20"] == 1.0


def test_every_event_is_asked_for_before_it_is_applied(write, engine):
    run(engine, write(*alternating(10)))
    assert [now_ms for _, now_ms in engine.requests] == [n * 1000 for n in range(1, 10)]
    request, _ = engine.requests[0]
    assert (request.visitor_id, request.page_size, request.explore) == ("v", 20, False)


def test_new_visitors_and_new_items_count(write, engine):
    result = run(engine, write(*[f"{n},v{n},i{n},view,1" for n in range(10)]))
    assert (result.total.events, result.total.hits) == (9, 0)


def test_the_latest_item_is_left_out_and_an_event_on_it_is_not_counted(write, engine):
    result = run(engine, write(*alternating(10, "aab")))
    assert all(r.exclude_item_ids for r, _ in engine.requests)
    assert result.total.events == 6  # of 9, those on the item of the event just before are dropped
    assert len(engine.entries) == 11  # yet each is applied, as an import would


def test_exclude_leaves_out_every_item_of_earlier_interactions(write, engine):
    run(engine, write(*alternating(10, "abc")), Repeats.EXCLUDE)
    assert engine.requests[-1][0].exclude_item_ids == ("a", "b", "c")


def test_types_without_a_positive_reward_are_learned_and_not_counted(write, engine):
    rows = [f"{n},v,i{n},{'return' if n % 2 else 'purchase'},1" for n in range(20)]
    result = run(engine, write(*rows))
    assert result.total.events == 9
    assert len(engine.entries) == 21


def test_an_impression_is_no_interaction(write, engine):
    run(engine, write("0,v,a,view,", "1,v,b,impression,", "2,v,c,view,"))
    assert engine.requests[-1][0].exclude_item_ids == ("a",)


def test_a_low_rating_counts_as_an_interaction(write, engine):
    assert run(engine, write(*[f"{n},v,i{n},rating,1.0" for n in range(10)])).total.events == 9


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf")])
def test_a_score_that_is_not_finite_is_a_miss(write, engine, score):
    engine.score = score
    assert run(engine, write(*alternating(20))).total.hits == 0


def test_settings_come_first(write, engine):
    run(engine, write(*alternating(10)))
    assert isinstance(engine.entries[0].operations[0], SettingsChange)
    assert all(entry.imported for entry in engine.entries)


def test_quarantined_events_are_reported(write, engine, monkeypatch):
    monkeypatch.setattr(engine, "apply", lambda _entry: [Outcome(Status.QUARANTINED, "no")])
    assert run(engine, write(*alternating(10))).quarantined == 10


def test_the_report_holds_what_is_needed_to_get_it_again(write, engine, tmp_path):
    result = run(engine, write(*alternating(20)))
    figures = report.as_dict(result, EngineSettings(seed=7))
    report.write(figures, tmp_path / "out.json")
    read = json.loads((tmp_path / "out.json").read_text())
    assert read["hit_rate_at_20"] == 1.0
    assert read["digest"] == engine.digest()
    assert read["settings"]["seed"] == 7
    assert read["events_per_second"] > 0
    assert "river" in read["versions"]
    assert [t["tenth"] for t in read["by_tenth"]] == list(range(1, 11))
    assert read["by_tenth"][0] == {
        "tenth": 1,
        "hit_rate_at_20": None,
        "ndcg_at_20": None,
        "mrr_at_20": None,
        "events": 0,
    }
    assert sum(t["events"] for t in read["by_tenth"]) == read["events"]


def test_who_hears_the_answers_hears_the_first_tenth_too_which_still_does_not_count(write, engine):
    history = read_history(write(*alternating(20, "aab")), None, EngineSettings())
    alone = Backtest(TinyEngine(), history).run()
    heard = []
    beside = Backtest(engine, history, on_answer=lambda *answer: heard.append(answer)).run()
    assert (beside.total, beside.by_tenth, beside.digest) == (
        alone.total,
        alone.by_tenth,
        alone.digest,
    )
    assert [row for row, _ in heard][:3] == [
        0,
        2,
        3,
    ]  # row 1 is on the item of the event just before
    assert sum(rank > 0 for row, rank in heard if row >= 2) == beside.total.hits
