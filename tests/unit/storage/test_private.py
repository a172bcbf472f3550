from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from headwater_server.storage import private
from headwater_server.storage.private import NotPrivateError, keep_private


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """One as an older release, a copy or a package made it: open to everybody."""
    made = tmp_path / "data"
    (made / "appendonlydir").mkdir(parents=True)
    for name in ("appendonlydir/a.aof", "valkey.log", "notes.txt"):
        (made / name).write_text("x")
    for path in (made, *made.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_ours_is_closed_and_said_and_other_files_are_left_alone(directory: Path) -> None:
    with capture_logs() as lines:
        keep_private(directory, ("appendonlydir", "valkey.log", "gone"))
    assert mode(directory) == mode(directory / "appendonlydir") == 0o700
    assert mode(directory / "appendonlydir" / "a.aof") == mode(directory / "valkey.log") == 0o600
    assert mode(directory / "notes.txt") == 0o644
    (line,) = lines
    assert line["count"] == 4
    assert line["paths"] == [
        f"{directory} (0755)",
        f"{directory}/appendonlydir (0755)",
        f"{directory}/appendonlydir/a.aof (0644)",
        f"{directory}/valkey.log (0644)",
    ]
    with capture_logs() as lines:
        keep_private(directory, ("appendonlydir", "valkey.log"))
    assert lines == []


def test_a_file_of_somebody_else_is_refused_with_the_command(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private.os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(NotPrivateError, match=r"other users can read .*run `chmod -R go-rwx .*"):
        keep_private(directory, ("valkey.log",))
    directory.chmod(0o777)
    with pytest.raises(NotPrivateError, match=rf"can write to {directory} \(mode 0777\)"):
        keep_private(directory, ())


@pytest.mark.parametrize("shared", ["here", "sticky"])
def test_a_directory_that_others_need_stays_open(
    directory: Path, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shared == "here":
        monkeypatch.chdir(directory)
    else:
        directory.chmod(0o1777)
    before = mode(directory)
    keep_private(directory, ("valkey.log",))
    assert mode(directory) == before
    assert mode(directory / "valkey.log") == 0o600


def test_a_link_is_not_followed(directory: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o644)
    (directory / "valkey.lock").symlink_to(outside)
    keep_private(directory, ("valkey.lock",))
    assert mode(outside) == 0o644
