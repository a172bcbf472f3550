"""The folders of compiled kernels: one that numba writes to, and those to copy from."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

ENVIRONMENT = "NUMBA_CACHE_DIR"
SHIPPED = Path(__file__).parents[2] / "compiled"
"""Kernels that a wheel contains."""


@cache
def folder() -> Path:
    """Return NUMBA_CACHE_DIR or the user's cache; if neither is writable, a folder in /tmp."""
    requested = os.environ.get(ENVIRONMENT)
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    wanted = ([Path(requested)] if requested else []) + [Path(home) / "headwater" / "kernels"]
    fallback = Path(tempfile.gettempdir()) / f"headwater-kernels-{os.getuid()}"
    return next((folder for folder in wanted if _is_writable(folder)), fallback)


def fetch(digest: str) -> None:
    """Copy the files of the kernel of ``digest`` into the folder, if they are elsewhere only."""
    if digest not in _present():
        for file in _elsewhere().get(digest, ()):
            _copy(file, folder() / file.name)


def kernels_in(folder: Path) -> set[str]:
    """Return the digests of the kernels that are compiled in ``folder``."""
    return set(_files(folder))


def copy_all(digests: set[str], into: Path) -> None:
    """Copy the files of these kernels from the folder to another."""
    for digest, files in _files(folder()).items():
        if digest in digests:
            for file in files:
                _copy(file, into / file.name)


@cache
def _present() -> set[str]:
    return kernels_in(folder())


@cache
def _elsewhere() -> dict[str, list[Path]]:
    requested = os.environ.get(ENVIRONMENT)
    sources = [SHIPPED, *([Path(requested)] if requested else [])]
    return {
        digest: files
        for source in sources
        if source != folder()
        for digest, files in _files(source).items()
    }


def _files(folder: Path) -> dict[str, list[Path]]:
    """Return the files in ``folder`` by digest; the index last, because numba reads it first."""
    found: dict[str, list[Path]] = {}
    for file in sorted(folder.glob("*.nb[ci]"), key=lambda file: file.suffix):
        found.setdefault(file.name.rpartition("-")[2].partition(".")[0], []).append(file)
    return found


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # another process may copy at the same time: write aside, then rename in one step
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copyfile(file, partial)
    partial.replace(target)


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
