"""`python -m benchmarks.quality`, as it is called."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.quality import __main__ as program
from benchmarks.quality import contestants
from tests.unit.benchmarks.test_heavy_peers import WHY
from tests.unit.evaluation.conftest import HEADER

EVENTS = 5_000


@pytest.fixture
def data(tmp_path):
    """A folder with one set that is large enough, and one that is not."""
    rows = [f"{n},v{n % 40},i{(n // 40 + n % 40) % 60},view,1" for n in range(EVENTS)]
    for name, some in (("large", rows), ("small", rows[:100])):
        (tmp_path / name).mkdir()
        text = "\n".join([HEADER, *some]) + "\n"
        (tmp_path / name / "events.csv.gz").write_bytes(gzip.compress(text.encode()))
    return tmp_path


def call(*arguments):
    app = typer.Typer()
    app.command()(program.quality)
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_it_writes_a_page_figures_and_a_plot_and_measures_nothing_twice(data):
    for package in ("implicit", "matplotlib", "vowpalwabbit"):
        pytest.importorskip(package, reason=WHY)
    out = data / "out"
    result = call("--data", data, "--out", out, "--only", "popularity")
    assert result.exit_code == 0, result.output
    assert "small: not measured, 100 events, too few" in result.output
    figures = json.loads((out / "quality.json").read_text())["sets"]["large"]
    assert [one["contestant"] for one in figures] == [
        f"popularity, half-life {n} events" for n in ("200", "2,000", "20,000")
    ]
    assert all(one["total"]["events"] == EVENTS * 9 // 10 for one in figures)
    assert (out / "quality.png").read_bytes().startswith(b"\x89PNG")
    assert "### large" in (out / "quality.md").read_text()
    assert call("--data", data, "--out", out, "--only", "popularity").exit_code == 0
    again = json.loads((out / "quality.json").read_text())["sets"]["large"]
    assert again == [{**one, "cached": True} for one in figures]


def test_an_unknown_set_is_named(data):
    result = call("--data", data, "--set", "lagre")
    assert result.exit_code == 2
    assert "lagre" in result.output


def test_an_engine_without_removable_parts_cannot_be_ablated_and_says_so(data, monkeypatch):
    monkeypatch.setattr(program, "removable", tuple)
    result = call("--data", data, "--ablate")
    assert result.exit_code == 2
    assert "this build knows no removable parts" in result.output


def test_the_parts_that_are_left_out_are_those_that_the_engine_names(monkeypatch):
    @dataclass(frozen=True)
    class Settings:
        without: tuple[str, ...] = ()

    monkeypatch.setattr(contestants, "EngineSettings", Settings)
    monkeypatch.setattr(contestants.engine_settings, "REMOVABLE", ("a", "b"), raising=False)
    assert contestants.removable() == ("a", "b")
    less = contestants.headwater("b")
    assert less.name == "Headwater without b"
    assert less.engine_settings == Settings(without=("b",))
