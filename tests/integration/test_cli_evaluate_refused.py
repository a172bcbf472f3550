"""`headwater evaluate`: what cannot be asked or read is said in words, and no number is printed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest

from headwater_server.storage.archive.archive import Archive
from tests.integration.recorded_log import evaluate, recorded, toml
from tests.integration.waiting import PATIENCE_S

__all__ = ["recorded"]
REFUSED: list[tuple[list[str], int, str]] = [
    (["--policy", "warmer"], 2, "--policy warmer: no such policy; write best, random"),
    (["--policy", "champion"], 2, "it is always beside the others"),
    (["--policy", "nowhere.toml"], 2, "nowhere.toml: there is no such file"),
    (["--policy", "best", "--policy", "best"], 2, "given twice"),
    (["--metric", "joy"], 2, "--metric joy: write act_rate, reward, purchases, revenue"),
    (["--metric", "revenue", "--always-valid"], 2, "--always-valid is for act_rate and reward"),
    (
        ["--placement", "attic"],
        3,
        "no list of the placement 'attic' was shown; the log has cart, home",
    ),
    (["--from", "2026-11-02", "--until", "2026-11-01"], 2, "is after --until"),
    (["--from", "monday"], 2, "--from 'monday': write an offset"),
    (["--from", "2999-01-01"], 3, "no list was reported as seen"),
    (["--until", "2001-01"], 3, "choose another --from and --until: the log is from 20"),
    (["--level", "95"], 2, "--level 95: must lie between"),
    (["--target", "random"], 2, "--target is for --rows"),
    (["--policy", "best", "--promote", "h:1"], 2, "best is there to compare with"),
    (["--policy", "a.toml", "--promote", "h:1"], 2, "write it with `headwater policy put`"),
    (["--promote", "h:1"], 2, "--promote: give one --policy"),
    (["--report", "no/such/place.json"], 2, "--report: there is no directory"),
    (["--report", "page.html"], 2, "the JSON's name"),
]


@pytest.mark.parametrize(("flags", "code", "reason"), REFUSED)
def test_what_cannot_be_asked_is_said_in_words(recorded, flags, code, reason):
    result = evaluate("--archive-dir", recorded.archive_dir, *flags)
    assert result.exit_code == code, result.output
    assert reason in " ".join(result.output.split())
    assert "against champion" not in result.output


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exploration_temprature = 0.3", "did you mean exploration_temperature?"),
        ("exploration_epsilon = 2", "exploration_epsilon = 2: must lie between 0 and 1"),
        ('diversity = "some"', "write none, low, medium, high or auto"),
        ("attribution_window_minutes = -1", "attribution_window_minutes = -1: must lie"),
        ('ranker = "river:nothing"', "ranker"),
        ('ranker = "fast"', "policy bad: ranker: there is no ranker 'fast'; there is champion"),
        ('ranker = "fa st"', "write 1 to 64 of A-Z a-z 0-9 _ . -"),
        ('[rankers]\nfast = "listwise(rte=1)"', "rankers.fast: listwise has no rte"),
        ("exploration_epsilon = ", "bad.toml"),
        ("redis_url = 'redis://x'", "there is no such setting of the engine"),
    ],
)
def test_a_policy_file_with_a_wrong_value_is_named_with_the_fix(recorded, tmp_path, text, reason):
    path = toml(tmp_path, "bad", text)
    result = evaluate("--archive-dir", recorded.archive_dir, "--policy", path)
    assert result.exit_code == 2, result.output
    assert reason in " ".join(result.output.split())


def test_no_source_and_one_that_does_not_exist_are_refused(tmp_path):
    assert "give one of --data-dir" in evaluate("--policy", "best").output
    missing = evaluate("--data-dir", tmp_path / "nowhere")
    assert (missing.exit_code, "there is no directory" in missing.output) == (2, True)
    empty = evaluate("--archive-dir", tmp_path)
    assert (empty.exit_code, "has no archived entries" in empty.output) == (2, True)
    other = evaluate("--data-dir", tmp_path, "--catalogue", "nobodys", "--policy", "best")
    assert (other.exit_code, "the log is empty" in other.output) == (3, True)


def test_an_archive_with_a_gap_gives_no_number(recorded, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(recorded.archive_dir, copy)
    second = Archive(copy, "default").files()[1]
    second.unlink()
    result = evaluate("--archive-dir", copy, "--policy", "best")
    assert result.exit_code == 1
    assert "the log is broken: expected entry" in result.output
    assert "a gap in the archive" in result.output


def test_an_archive_that_lost_its_beginning_says_what_to_do(recorded, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(recorded.archive_dir, copy)
    Archive(copy, "default").files()[0].unlink()
    result = evaluate("--archive-dir", copy, "--policy", "best")
    assert result.exit_code == 1
    assert "give the archive of the entries before" in " ".join(result.output.split())


def test_a_damaged_file_of_the_archive_is_named(recorded, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(recorded.archive_dir, copy)
    second = Archive(copy, "default").files()[1]
    raw = bytearray(second.read_bytes())
    raw[-100] ^= 1
    second.write_bytes(bytes(raw))
    result = evaluate("--archive-dir", copy, "--policy", "best")
    assert result.exit_code == 1
    assert second.name in "".join(result.output.split())


def test_an_interrupt_leaves_nothing_behind(recorded, tmp_path):
    """Neither a report nor a store that still runs; the exit code is that of every command."""
    slow = toml(tmp_path, "slow", 'ranker = "river:linear_model.LogisticRegression"')
    reports = tmp_path / "reports"
    reports.mkdir()
    flags = ["--data-dir", str(recorded.data_dir), "--report", str(reports / "report.json")]
    command = [sys.executable, "-m", "headwater_server", "evaluate", *flags, "--policy", str(slow)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("replay"):
                break
        process.send_signal(signal.SIGINT)
        process.stderr.read()
        assert process.wait(PATIENCE_S) == 130
    assert list(reports.iterdir()) == []
    again = evaluate("--data-dir", recorded.data_dir, "--until", "2000-01-01")
    assert again.exit_code == 3  # the store was stopped, and starts again
