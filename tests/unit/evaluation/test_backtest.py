"""How a backtest counts, worked out by hand on an engine that fits into a screen."""

from __future__ import annotations

import json
import time

import pytest

from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.messages.events import Outcome, Status
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation import backtest, report, strangers
from headwater_server.evaluation.backtest import Backtest
from headwater_server.evaluation.interactions import Ask, Repeats
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


def test_the_report_holds_what_is_needed_to_get_it_again(write, engine):
    result = run(engine, write(*alternating(20)))
    figures = report.as_dict(result, EngineSettings(seed=7))
    read = json.loads(json.dumps(figures))
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


def test_strangers_lists_are_asked_for_before_their_chunk_is_learned(write, engine, monkeypatch):
    """Chunks of four: in the second, v2 and v3 are strangers, and v0 is none."""
    monkeypatch.setattr(strangers, "CHUNK_EVENTS", 4)
    monkeypatch.setattr(backtest, "CHUNK_EVENTS", 4)
    rows = ["0,v0,a", "1,v0,b", "2,v1,a", "3,v1,b", "4,v2,a", "5,v2,c", "6,v0,c", "7,v3,c"]
    result = run(engine, write(*[f"{row},view,1" for row in rows]))
    # v2's list has a and b of before, and so has v3's: c is in neither, though v2 and v0 chose it
    assert (result.strangers.events, result.strangers.hits) == (3, 1)
    assert (result.first.events, result.first.hits) == (3, 3)  # of v1, v2 and v3


def test_lists_in_advance_take_no_time_from_the_events(write, engine, monkeypatch):
    monkeypatch.setattr(backtest, "CHUNK_EVENTS", 4)
    ask = strangers.Strangers.ask
    monkeypatch.setattr(strangers.Strangers, "ask", lambda *given: time.sleep(0.2) or ask(*given))
    result = run(engine, write(*[f"{n},v{n},i{n},view,1" for n in range(20)]))
    assert result.events_per_second > 18 / 0.7  # with their 0.8 s it would be less


def test_the_same_item_twice_in_a_row_is_no_question_to_a_list_in_advance(
    write, engine, monkeypatch
):
    monkeypatch.setattr(strangers, "CHUNK_EVENTS", 2)
    monkeypatch.setattr(backtest, "CHUNK_EVENTS", 2)
    rows = ["0,v0,a", "1,v0,b", "2,v1,a", "3,v1,a"]
    result = run(engine, write(*[f"{row},view,1" for row in rows]))
    assert (result.strangers.events, result.strangers.hits) == (1, 1)


def test_a_list_asked_for_after_the_act_before_knows_nothing_of_what_others_did_since(
    write, engine
):
    """v asks after its a, when c had not followed a yet; at its next act it has."""
    rows = ["0,x,b", "1,v,a", "2,x,a", "3,x,c", "4,v,c"]
    history = read_history(write(*[f"{row},view,1" for row in rows]), None, EngineSettings())
    result = Backtest(engine, history, ask=Ask.AFTER).run()
    assert (result.total.events, result.total.hits) == (4, 2)  # at: x's a and v's c
    assert result.after is not None
    assert (result.after.events, result.after.hits) == (4, 0)


def test_what_a_list_after_the_act_before_leaves_out_is_what_was_known_then(write, engine):
    history = read_history(write(*alternating(20)), None, EngineSettings())
    result = Backtest(engine, history, ask=Ask.AFTER).run()
    assert result.after == result.total  # one visitor: nothing comes between
    assert Backtest(TinyEngine(), history).run().after is None
