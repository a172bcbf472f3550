"""`headwater backtest`: the comparison with what a shop has without it, and its plot."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LINES = [
    f"{1_600_000_000 + 60 * n},u{n % 120},i{(n % 120 + n // 120) % 30},view" for n in range(1_200)
]


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("timestamp,user_id,item_id,event_type\n" + "\n".join(LINES) + "\n")
    return path


def backtest(*flags):
    command = [sys.executable, "-m", "headwater_server", "backtest", *map(str, flags)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_the_report_and_the_plot_hold_all_four(events, tmp_path):
    report, plot = tmp_path / "report.json", tmp_path / "plot.html"
    done = backtest("--events", events, "--report", report, "--plot", plot)
    assert done.returncode == 0, done.stderr
    found = {one["name"]: one for one in json.loads(report.read_text())["compared"]}
    assert list(found) == ["Headwater", "co-visitation", "popularity", "chance"]
    assert all(name in done.stdout and name in plot.read_text() for name in found)
    own, chance = found["Headwater"], found["chance"]
    assert own["hit_rate_at_20"] > chance["hit_rate_at_20"]
    low, high = chance["headwater_is_times_interval"]
    assert low < chance["headwater_is_times"] < high


@pytest.mark.parametrize("ending", [".svg", ".png"])
def test_the_plot_is_a_picture_where_the_name_says_so(events, tmp_path, ending):
    plot = tmp_path / f"plot{ending}"
    done = backtest("--events", events, "--plot", plot, "--limit", 200, "--no-compare")
    assert done.returncode == 0, done.stderr
    assert plot.read_bytes()[:4] == {".svg": b"<svg", ".png": b"\x89PNG"}[ending]
    assert "popularity" not in done.stdout


@pytest.mark.parametrize(
    ("plot", "problem"),
    [
        ("plot.pdf", "must end with .html, .svg, .png"),
        ("nowhere/plot.html", "--plot: there is no directory"),
    ],
)
def test_a_plot_that_cannot_be_written_is_refused_before_any_work(events, tmp_path, plot, problem):
    done = backtest("--events", events, "--plot", tmp_path / plot)
    assert done.returncode == 2
    assert problem in done.stderr
    assert "backtest:" not in done.stderr


def test_too_few_events_to_measure_are_refused(events):
    done = backtest("--events", events, "--limit", 1, "--no-compare")
    assert (done.returncode, done.stdout) == (2, "")
    assert "too few events to measure: 1," in done.stderr
