"""The folders of compiled kernels: one that numba writes to, and those to copy from."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numba

ENVIRONMENT = "NUMBA_CACHE_DIR"
_LOCATOR = "headwater_server.models.kernel_cache.locator.KernelLocator"
_OTHERS = "UserProvidedCacheLocator,InTreeCacheLocator,UserWideCacheLocator"


def use() -> None:
    """Let numba keep the kernels that are defined afterwards in the folder of `folder`."""
    numba.config.CACHE_LOCATOR_CLASSES = f"{_LOCATOR},{_OTHERS}"  # type: ignore[attr-defined]


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


@cache
def _present() -> set[str]:
    return kernels_in(folder())


@cache
def _elsewhere() -> dict[str, list[Path]]:
    requested = os.environ.get(ENVIRONMENT)
    return _files(Path(requested)) if requested and Path(requested) != folder() else {}


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
