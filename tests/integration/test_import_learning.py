"""Learning that was cut off goes on from its last snapshot, and not from the start."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from headwater_server.cli.importing import learning
from headwater_server.cli.root import commands

EVENTS = 600
BATCH = 20


class CutOff(Exception):
    """Takes the place of the kill."""


def run(*more):
    arguments = ["--events", "events.csv", "--batch-size", str(BATCH), *more]
    return CliRunner().invoke(commands, ["import", *arguments])


def digest(*more):
    return CliRunner().invoke(commands, ["digest", "--data-dir", "data", *more]).output.split()[0]


def test_learning_goes_on_from_the_last_snapshot(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{1_600_000_000 + n},v{n % 9},i{n % 14},view" for n in range(EVENTS)]
    text = "\n".join(["timestamp,user_id,item_id,event_type", *rows]) + "\n"
    (tmp_path / "events.csv").write_text(text)
    learn, seen = learning.learn, []

    async def cut_off(storage, on_events, every_s=0.0):
        def watched(done):
            seen.append(done)
            if done > EVENTS / 2 and len(seen) > 3:
                raise CutOff
            on_events(done)

        return await learn(storage, watched, every_s)

    monkeypatch.setattr(learning, "learn", cut_off)
    assert isinstance(run("--data-dir", "data").exception, CutOff)
    stopped = seen[-1]
    assert stopped > EVENTS / 2
    seen.clear()

    async def watched(storage, on_events):
        def noted(done):
            seen.append(done)
            on_events(done)

        return await learn(storage, noted)

    monkeypatch.setattr(learning, "learn", watched)
    again = run("--data-dir", "data")
    assert again.exit_code == 0, again.output
    assert f"0 events written, {EVENTS} existed already" in again.output
    assert (seen[0], seen[-1]) == (pytest.approx(stopped, abs=BATCH), EVENTS)
    assert digest() == digest("--from-log")
    report = ["--report", "report.json", "--no-compare"]
    CliRunner().invoke(commands, ["backtest", "--events", "events.csv", *report])
    assert json.loads((tmp_path / "report.json").read_text())["digest"] == digest()
