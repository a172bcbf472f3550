"""`headwater backtest` on real shops, where their data is at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.skipif(not DATA.exists(), reason="the real event data is not in ../shared/data")
@pytest.mark.parametrize(
    ("shop", "flags", "least"),
    [
        ("bol_serenade", ("--repeats", "allow"), 0.38),
        pytest.param("online_retail", ("--repeats", "allow"), 0.30, marks=pytest.mark.thorough),
        pytest.param("movielens_small", ("--repeats", "exclude"), 0.40, marks=pytest.mark.thorough),
    ],
)
def test_the_first_ten_thousand_events_are_predicted_well_enough(tmp_path, shop, flags, least):
    report, items = tmp_path / "report.json", DATA / shop / "items.csv.gz"
    files = ["--events", DATA / shop / "events.csv.gz", "--report", report]
    files += ["--items", items] if items.exists() else []
    command = [sys.executable, "-m", "headwater_server", "backtest", *files, "--limit", "10000"]
    subprocess.run([*map(str, command), *flags], check=True, capture_output=True)
    figures = json.loads(report.read_text())
    assert figures["hit_rate_at_20"] >= least
    assert figures["quarantined"] == 0
