"""The cache of compiled kernels: one folder for each version of their sources.

numba compares only the kernel's own file when it decides whether a cached kernel is still valid.
A kernel that calls one of another file would silently use the old one after an upgrade: another
state, another digest. So the folder is named by a digest of all the sources.

An image may contain compiled kernels in a folder that is read-only. numba uses only folders that
it can write to, so the kernels are copied from there. numba accepts them on a processor like the
one that compiled them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import numba

_PACKAGE = Path(__file__).parents[1]


def _sources_digest() -> str:
    summing = hashlib.blake2b(numba.__version__.encode(), digest_size=8)
    for folder in ("engine", "models"):
        for source in sorted((_PACKAGE / folder).rglob("*.py")):
            summing.update(source.read_bytes())
    return summing.hexdigest()


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _copy_compiled(compiled: Path, folder: Path) -> None:
    """Copy kernels from ``compiled`` into ``folder``; those already there are at least as new."""
    for kernel in compiled.rglob("*.nb?"):
        target = folder / kernel.relative_to(compiled)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            # another process may copy at the same time: write aside, then rename in one step
            partial = target.with_name(f"{target.name}.{os.getpid()}")
            shutil.copyfile(kernel, partial)
            partial.replace(target)


def use() -> None:
    """Cache kernels in NUMBA_CACHE_DIR or the user's cache; if neither is writable, in /tmp.

    Kernels in a NUMBA_CACHE_DIR that is read-only are copied. It takes effect for kernels that
    are defined afterwards.
    """
    requested = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    name = _sources_digest()
    bases = ([Path(requested)] if requested else []) + [Path(home) / "headwater" / "kernels"]
    fallback = Path(tempfile.gettempdir()) / f"headwater-kernels-{os.getuid()}" / name
    folders = [base / name for base in bases if _is_writable(base / name)] or [fallback]
    if requested and folders[0].parent != Path(requested):
        _copy_compiled(Path(requested) / name, folders[0])
    numba.config.CACHE_DIR = str(folders[0])  # type: ignore[attr-defined]  # set by name
