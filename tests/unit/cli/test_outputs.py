"""Files that a command cannot write are refused before its work, by the flag."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater_server.cli.commands.policies import shadow
from headwater_server.cli.outputs import check_file, check_folder
from headwater_server.cli.root import commands
from headwater_server.settings_checks import BadSettings

ROWS = "timestamp,user_id,item_id,event_type,value\n1700000000,u1,i1,view,\n"


def test_a_place_that_cannot_be_written_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path, "is a directory"),
        (tmp_path / "no" / "r.json", f"--report: there is no directory {tmp_path / 'no'}"),
        (tmp_path / ("n" * 300), "cannot be written: File name too long"),
        (Path("/proc/r.json"), "--report /proc/r.json: cannot be written: "),
    ):
        with pytest.raises(BadSettings) as refused:
            check_file("--report", path)
        assert reason in str(refused.value)
    check_file("--report", tmp_path / "r.json")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_may_be_new_or_there(tmp_path: Path) -> None:
    check_folder("--report", tmp_path)
    check_folder("--report", tmp_path / "new")
    (tmp_path / "file").write_text("")
    for path, reason in (
        (tmp_path / "file", "is a file; give a directory"),
        (tmp_path / "no" / "new", "there is no directory"),
        (Path("/proc"), "cannot be written"),
        (Path("/proc/new"), "cannot be written"),
    ):
        with pytest.raises(BadSettings, match=reason):
            check_folder("--report", path)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "command",
    [
        "export events --out {here}/e.csv",
        "evaluate --policy best",
        "causal --item a --placement home",
        "shadow --once --policy best",
        "digest",
        "lake write --lake {here}/lake",
        "settings show",
    ],
)
def test_somebodys_own_directory_is_no_store(tmp_path: Path, command: str) -> None:
    (tmp_path / "holiday.jpg").write_text("")
    tmp_path.chmod(0o755)
    arguments = [word.replace("{here}", str(tmp_path)) for word in command.split()]
    result = CliRunner().invoke(commands, [*arguments, "--data-dir", str(tmp_path)])
    assert result.exit_code == 2, result.output
    assert "--data-dir: there is no store of Headwater in" in result.output
    assert [one.name for one in tmp_path.iterdir()] == ["holiday.jpg"]
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_format_that_the_name_denies_is_refused(tmp_path: Path) -> None:
    data_dir, out = tmp_path / "data", tmp_path / "e.parquet"
    data_dir.mkdir()
    flags = ["--data-dir", str(data_dir), "--out", str(out), "--format", "csv"]
    result = CliRunner().invoke(commands, ["export", "events", *flags])
    assert result.exit_code == 2, result.output
    assert "--format csv: the name e.parquet says parquet" in result.output


@pytest.mark.parametrize(
    "command",
    [
        "evaluate --archive-dir {here} --report {here}",
        "evaluate --archive-dir {here} --report /proc/r.json",
        "shadow --archive-dir {here} --once --policy best --report {here}",
        "causal --archive-dir {here} --item a --placement home --report {here}/rows.csv",
        "backtest --events {here}/rows.csv --report {here}",
        "backtest --events {here}/rows.csv --report {here}/no/r.json",
        "backtest --events {here}/rows.csv --plot /proc/p.html",
        "report --target 127.0.0.1:1 --csv /proc/rows.csv",
    ],
)
def test_commands_refuse_it_before_they_read_anything(tmp_path: Path, command: str) -> None:
    (tmp_path / "rows.csv").write_text(ROWS)
    arguments = [word.replace("{here}", str(tmp_path)) for word in command.split()]
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 2, result.output
    flag = next(one for one in ("--report", "--plot", "--csv") if one in arguments)
    assert result.output.startswith(f"headwater: {flag}")
    assert [one.name for one in tmp_path.iterdir()] == ["rows.csv"]


def test_a_shadow_that_was_stopped_before_its_report_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shadow, "_run", lambda _given, _flags: None)  # as after Ctrl-C
    stopped = CliRunner().invoke(commands, ["shadow", "--once", "--policy", "best"])
    assert stopped.exit_code == 130
    assert "stopped before the end of the log, so there is no report" in stopped.output
    assert CliRunner().invoke(commands, ["shadow", "--policy", "best"]).exit_code == 0
