"""What a killed reading leaves behind is deleted by the next one; what is in use is not."""

import os
import resource
import subprocess
import sys
from pathlib import Path

from headwater_server.reading.session import Session

HOLD = (
    "from headwater_server.reading.session import Session\n"
    "session = Session(); print(session.directory, flush=True); input()"
)


def test_a_directory_lives_as_long_as_its_process(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    other = tmp_path / "headwater-reading-other"  # not ours: it has no lock
    other.mkdir()
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as holding:
        assert holding.stdout
        held = holding.stdout.readline().strip()
        with Session() as session:
            assert {held, str(session.directory)} < set(map(str, tmp_path.iterdir()))
        assert Path(held).is_dir()
        holding.kill()
    assert Path(held).is_dir()
    with Session() as session:
        assert not Path(held).is_dir()
        assert session.directory.is_dir()
    assert list(tmp_path.iterdir()) == [other]


def test_a_disk_without_room_is_said_and_nothing_is_left_on_it(tmp_path):
    """A bound on the size of files takes the place of a full disk."""
    row = "1700000000,u1,i1,view\n"
    (tmp_path / "e.csv").write_text("timestamp,user_id,item_id,event_type\n" + row * 200_000)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-m", "headwater_server", "import", "--check", "--events", "e.csv"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(temporary)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "e.csv cannot be used" in done.stderr
    assert "no room on the disk of TMPDIR" in done.stderr
    assert not any(temporary.iterdir())
