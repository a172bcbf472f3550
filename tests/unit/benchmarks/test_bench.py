"""`python -m benchmarks`: parts, gates, and what is kept of a run."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from benchmarks import __main__ as program
from benchmarks.parts import growing, learning, memory
from benchmarks.parts.part import Part, Settings
from benchmarks.parts.registry import PARTS
from benchmarks.report.gates import GATES
from benchmarks.report.kept import Kept
from benchmarks.report.tables import gates_rows, page, part_tables
from benchmarks.serving.calls import CALLS
from benchmarks.serving.order import Order, Stream
from headwater.v1.feedback_service_pb2 import FeedbackRequest
from headwater.v1.recommendation_service_pb2 import RecommendRequest

SIDE = {"calls_per_s": 1_000.0, "p50_ms": 1.0, "p99_ms": 2.0, "cpu_us": 400.0, "failed": {}}
SIDE |= {"store_cpu_us": 0.0, "events_per_cpu_s": 2_500.0}
CALLED = {
    "rates": {
        "Recommend, 16 in flight": {
            "echo threads": SIDE,
            "headwater": SIDE | {"cpu_of threads": 0.6, "cpu_of asyncio": 0.8},
        }
    },
    "failed": 0,
}


def call(*arguments):
    app = typer.Typer()
    app.command()(program.bench)
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def parts(monkeypatch):
    """Two parts in place of the real ones: one is quick, and in the other a call fails."""
    ran = []

    def part(name, figures, **more):
        return Part(name, f"text of {name}", lambda _: ran.append(name) or {**figures}, **more)

    made = (part("calls", CALLED, is_quick=True), part("restart", {"ready_s": 2.0, "failed": 1}))
    monkeypatch.setattr(program, "PARTS", {one.name: one for one in made})
    return ran


def test_quick_parts_run_by_default_and_one_alone_if_asked_for(parts, tmp_path):
    assert call("--out", tmp_path).exit_code == 0
    assert parts == ["calls"]
    assert call("--out", tmp_path, "--only", "restart").exit_code == 1  # a call failed
    assert call("--out", tmp_path, "--full").exit_code == 1
    assert parts == ["calls", "restart", "calls", "restart"]


def test_parts_that_ran_alone_add_up_to_one_table(parts, tmp_path):
    call("--out", tmp_path)
    output = call("--out", tmp_path, "--only", "restart").output
    assert "0.6" in output
    assert "2 s" in output
    kept = json.loads((tmp_path / "calls.json").read_text())
    assert kept["figures"] == CALLED
    assert {"commit", "time", "command", "machine", "load"} <= set(kept)
    text = (tmp_path / "bench.md").read_text()
    assert "| threads echo" in text.replace("grpcio's ", "") or "threads echo" in text
    assert "### calls: Recommend, 16 in flight" in text


def test_an_unknown_part_is_named(parts, tmp_path):
    result = call("--out", tmp_path, "--only", "cals")
    assert result.exit_code == 2
    assert "cals" in result.output


def test_each_part_says_what_it_measures():
    result = call("--parts")
    assert result.exit_code == 0
    assert all(name in result.output and part.text for name, part in PARTS.items())


def test_every_gate_belongs_to_a_part_and_is_empty_before_it_ran():
    assert len(GATES) == 16
    for gate in GATES:
        assert gate.part in PARTS
        assert gate.verdict({}) == ""
        better = gate.goal < gate.gate if gate.is_most else gate.goal > gate.gate
        assert better, gate.measure


def test_gates_are_held_against_figures():
    rows = gates_rows({"calls": CALLED, "restart": {"ready_s": 4.0}})
    found = {row[0]: row[3:5] for row in rows[1:]}
    by_cpu = "Recommend 20 of 10,000 items against grpcio's threads echo, by CPU"
    assert found[by_cpu] == ["0.6", "gate"]
    assert found["the same, CPU a call against an asyncio grpcio echo"] == ["1.25x", "gate"]
    assert found["warm restart, 100,000 items and visitors, to ready"] == ["4 s", "missed"]
    assert found["memory, a million items and visitors"] == ["", ""]


def test_a_trial_is_named_as_such(parts, tmp_path):
    call("--out", tmp_path, "--only", "restart", "--scale", "0.1")
    rows = gates_rows(Kept(tmp_path).read(PARTS))
    assert [row[4] for row in rows if row[3] == "2 s"] == ["gate (a trial)"]


def test_a_plot_shows_what_was_measured(tmp_path):
    pytest.importorskip("matplotlib", reason="the extra `quality` has it")
    from benchmarks.report.plot import plot

    plot({"calls": CALLED}, tmp_path / "bench.png")
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")


def test_figures_within_figures_are_rows():
    titles = dict(part_tables("frozen", {"before": {"ms": 1.5, "OK": 3}, "failed": 0}))
    assert titles["frozen"] == [["", ""], ["before: ms", "1.5"], ["before: OK", "3"]]
    assert "before: ms" in page({"frozen": {"before": {"ms": 1.5}}})


def test_what_was_not_measured_is_not_read(tmp_path):
    assert Kept(tmp_path).read(["calls"]) == {}


def test_visitors_change_from_call_to_call_and_ids_are_new():
    stream = Stream("Recommend", 1.0)
    order, other = (Order("", seed, 1_000, 5_000, (stream,)) for seed in (1, 2))

    def first(name, given, events=1, count=200):
        bodies = CALLS[name].requests(given, 0, events)
        return [next(bodies) for _ in range(count)]

    asked = [RecommendRequest.FromString(body) for body in first("Recommend", order)]
    assert len({one.visitor_id for one in asked}) > 100
    assert first("Recommend", order) != first("Recommend", other)
    sent = [FeedbackRequest.FromString(body) for body in first("Feedback", order, 3, 10)]
    ids = {event.event_id for one in sent for event in one.events}
    assert len(ids) == 30
    again = FeedbackRequest.FromString(first("Feedback", other, 3, 1)[0])
    assert not ids & {event.event_id for event in again.events}


@pytest.fixture
def tiny(tmp_path):
    """Sizes of some hundred, without real events."""
    return Settings(shops=None, rounds=1, scale=0.002, data=tmp_path)


def test_growth_names_the_longest_operations(tiny):
    found = growing.GROWING.run(tiny)
    assert found["items"] == 500
    assert len(found["write"]["longest"]) == growing.KEPT
    assert found["write"]["longest_ms"] == found["write"]["longest"][0]["ms"] > 0
    assert all(one["items"] >= growing.WARM for one in found["write"]["longest"])


@pytest.mark.parametrize("kind", list(memory.KINDS))
def test_one_more_of_each_kind_can_be_made(kind):
    memory.KINDS[kind](200)(150)


def test_replay_and_backtest_count_events_a_second(tiny, monkeypatch):
    monkeypatch.setattr(learning, "_import_per_s", lambda *_: 1.0)  # a process of its own
    found = learning.LEARNING.run(tiny)
    assert found["replay_per_s"] > 0
    assert found["backtest_per_s"] > 0
    assert found["backtest_of"] == "a made shop"
    assert found["River BiasedMF"] > 0
    assert "Vowpal Wabbit" in str(found)
