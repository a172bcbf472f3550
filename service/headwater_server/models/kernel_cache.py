"""Where compiled kernels are kept: one folder for each state of their sources.

numba looks only at the file of the kernel itself when it decides whether what it kept is still
good. A kernel that calls one of another file would go on with the old one after an upgrade,
silently: another state, another digest. So the folder is named by all the sources together.

An image may hold them compiled where nothing can be written; numba only uses what it could write,
so they are copied from there. It takes them on a processor like the one that compiled them.
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


def _take_along(compiled: Path, folder: Path) -> None:
    """Copy what is ``compiled`` into ``folder``; what is there already is at least as new."""
    for kernel in compiled.rglob("*.nb?"):
        place = folder / kernel.relative_to(compiled)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            whole = place.with_name(f"{place.name}.{os.getpid()}")  # another process may copy, too
            shutil.copyfile(kernel, whole)
            whole.replace(place)


def use() -> None:
    """Keep kernels in NUMBA_CACHE_DIR or the user's cache; where neither can be written, in /tmp.

    What is compiled in NUMBA_CACHE_DIR already, and cannot be written there, is taken along. Takes
    effect for kernels that are defined afterwards.
    """
    wished = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    name = _sources_digest()
    bases = ([Path(wished)] if wished else []) + [Path(home) / "headwater" / "kernels"]
    fallback = Path(tempfile.gettempdir()) / f"headwater-kernels-{os.getuid()}" / name
    folders = [base / name for base in bases if _is_writable(base / name)] or [fallback]
    if wished and folders[0].parent != Path(wished):
        _take_along(Path(wished) / name, folders[0])
    numba.config.CACHE_DIR = str(folders[0])  # type: ignore[attr-defined]  # set by name
