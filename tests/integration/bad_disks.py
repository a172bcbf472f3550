"""Disks that are full, and disks that are slow, for real stores."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DISK_BYTES = 8_000_000


@contextmanager
def small_disk(path: Path) -> Iterator[Path]:
    """Mount a disk of `DISK_BYTES` on ``path``; skip the test where that is not allowed."""
    path.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(path)]
    if shutil.which("mount") is None or not _succeeds(mount):
        pytest.skip("this user may not mount a small disk")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def leave_room(disk: Path, size: int) -> Path:
    """Fill the disk up to ``size`` free bytes; return the file to delete for room."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        free = shutil.disk_usage(disk).free
        file.write(bytes(max(0, free - size)))
    return filler


def slow_fsync(path: Path) -> str:
    """Return a library to preload, which makes each fsync slow; skip where no compiler is."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc")
    library = path / "slow_fsync.so"
    source = Path(__file__).with_name("slow_fsync.c")
    command = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return str(library)
