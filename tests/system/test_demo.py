"""`headwater demo` ends by itself, with 0, and shows what it promises."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from tests.integration.waiting import PATIENCE_S

REAL = Path(__file__).parents[3] / "shared" / "data" / "bol_serenade" / "events.csv.gz"


def run_demo(*flags):
    command = [sys.executable, "-m", "headwater_server", "demo", "--seconds", "6", *flags]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=2 * PATIENCE_S
    )


def check_promises(result):
    assert result.returncode == 0, result.stderr + result.stdout
    before, after = re.findall(r"digest (?:before|after).* (\w{64})", result.stdout)
    assert before == after
    assert "none learned twice" in result.stdout
    assert "a new visitor clicks three times" in result.stdout
    assert re.search(r"Recommend p50 +[\d.]+ ms +p95 +[\d.]+ ms +p99", result.stdout)
    assert not re.search(r"Traceback|Task exception", result.stderr)


def test_simulated_shoppers_are_served_and_their_taste_drifts():
    result = run_demo()
    check_promises(result)
    assert "taste has just changed" in result.stdout


def test_a_short_file_is_played_to_its_end(tmp_path):
    rows = [f"{1_700_000_000 + n},v{n % 5},i{n % 7},view,1" for n in range(300)]
    events = tmp_path / "events.csv"
    events.write_text("\n".join(["timestamp,user_id,item_id,event_type,value", *rows]))
    items = tmp_path / "items.csv"
    items.write_text("item_id,title\n" + "\n".join(f"i{n},Item {n}" for n in range(7)))
    result = run_demo("--events", str(events), "--items", str(items))
    check_promises(result)
    assert "that was the last event of the file" in result.stdout


@pytest.mark.skipif(not REAL.exists(), reason="the real event data is not in ../shared/data")
def test_of_a_real_shops_file_the_past_is_sent_in_batches_and_the_end_is_played(tmp_path):
    events = tmp_path / "events.csv"
    with gzip.open(REAL, "rt") as file:
        events.write_text("".join(islice(file, 8_001)))
    result = run_demo("--events", str(events))
    check_promises(result)
    assert "past events:" in result.stdout
    parts = r"Served 8,000 events of events\.csv: ([\d,]+) sent in batches .* ([\d,]+) played live"
    figures = re.search(parts + r"(?:, ([\d,]+) not played)?", result.stdout).groups("0")
    assert sum(int(figure.replace(",", "")) for figure in figures) == 8_000
    assert "counted as in a backtest" in result.stdout


def test_a_bad_file_is_refused_before_a_server_is_started(tmp_path):
    result = run_demo("--events", str(tmp_path / "gone.csv"))
    assert result.returncode == 2
    assert "gone.csv cannot be used" in result.stderr


def test_a_server_that_cannot_start_ends_the_demo_with_1(tmp_path):
    (tmp_path / "file").touch()
    result = run_demo("--data-dir", str(tmp_path / "file"))
    assert result.returncode == 1
    assert "the demo stopped" in result.stderr
    assert "Traceback" not in result.stderr
