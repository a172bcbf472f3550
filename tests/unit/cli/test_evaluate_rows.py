"""`headwater evaluate --rows`: exit codes, what is refused, and Open Bandit's real rows."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner, Result

from headwater_server.cli.root import commands

DATA = Path(__file__).parents[4] / "shared" / "data" / "obd" / "impressions.csv.gz"


def evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["evaluate", *map(str, arguments)])


@pytest.fixture
def decisions(tmp_path: Path) -> Path:
    """Two actions, the second one better; the first is shown in 7 of 10."""
    random, path = Random(5), tmp_path / "log.json"
    lines = []
    for number in range(4_000):
        action = 1 if random.random() < 0.7 else 2
        reward = float(random.random() < (0.2 if action == 1 else 0.4))
        chances = [0.7, 0.3] if action == 1 else [0.3, 0.7]
        line = {"EventId": f"e{number}", "_label_cost": -reward, "a": [action, 3 - action]}
        lines.append(json.dumps({**line, "p": chances}))
    path.write_text("\n".join([*lines, "{damaged"]))
    return path


def test_decisions_are_compared_and_damaged_lines_named(decisions, tmp_path):
    report = tmp_path / "r.json"
    flags = ("--rows", decisions, "--format", "personalizer", "--target", "random")
    result = evaluate(*flags, "--report", report, "--always-valid")
    assert result.exit_code == 0, result.output
    assert "1 line skipped: is damaged" in result.output
    assert "line 4001: not a JSON object" in result.output
    found = {one["policy"]: one for one in json.loads(report.read_text())["policies"]}
    assert list(found) == ["champion", "random", "baseline", "best"]
    low, high = found["random"]["interval"]
    assert low < 0.3 < high
    assert found["random"]["verdict"] == "better"
    assert found["baseline"]["verdict"] == "worse"
    assert (tmp_path / "r.html").exists()


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ([], "--rows needs --format: open-bandit or personalizer"),
        (["--format", "personalizer", "--target", "ucb"], "write baseline, best, random"),
        (["--format", "personalizer", "--metric", "revenue"], "have reward or act_rate"),
        (["--format", "open-bandit", "--metric", "reward"], "have act_rate"),
        (["--format", "open-bandit"], "missing from the header"),
        (["--format", "personalizer", "--policy", "best"], "--policy is for a log, not --rows"),
        (["--format", "personalizer", "--check"], "--check is for a log"),
        (["--format", "personalizer", "--data-dir", "d"], "--rows and --data-dir exclude"),
        (["--format", "personalizer", "--placement", "men"], "no row has the placement 'men'"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(decisions, flags, reason):
    result = evaluate("--rows", decisions, *flags)
    assert result.exit_code == 2, result.output
    assert reason in " ".join(result.output.split())
    assert "against champion" not in result.output


def test_a_file_that_is_not_there_is_named(tmp_path):
    result = evaluate("--rows", tmp_path / "nowhere.csv", "--format", "open-bandit")
    assert result.exit_code == 2
    assert "No such file" in result.output


@pytest.mark.skipif(not DATA.exists(), reason="the real event data is not in ../shared/data")
@pytest.mark.parametrize(("campaign", "code"), [("all", 0), ("men", 0), ("women", 3)])
def test_open_bandits_other_policy_is_inside_or_refused(tmp_path, campaign, code):
    report = tmp_path / "r.json"
    flags = ("--rows", DATA, "--format", "open-bandit", "--placement", campaign)
    assert evaluate(*flags, "--report", report).exit_code == code
    found = json.loads(report.read_text())["policies"][1]
    if code:
        assert found["verdict"] == "not enough overlap"
        assert found["interval"] is None
    else:
        truth = {"all": 0.0038, "men": 0.0046}[campaign]  # the mean of random's own rows
        assert found["interval"][0] < truth < found["interval"][1]


@pytest.mark.parametrize(("propensity", "is_noted"), [(0.1, False), (0.02, True)])
def test_propensities_that_cannot_be_true_are_named(tmp_path, propensity, is_noted):
    path, random = tmp_path / "rows.csv", Random(2)
    rows = [f"bts,{random.randrange(10)},{n % 9 == 0:d},{propensity}" for n in range(900)]
    path.write_text("\n".join(["policy,item_id,click,propensity", *rows, ""]))
    result = evaluate("--rows", path, "--format", "open-bandit")
    note = f"random: the weights are {0.1 / propensity:g} on average, and cannot be above 1"
    assert (note in " ".join(result.output.split())) is is_noted, result.output
