"""Where compiled kernels are kept: one folder for each state of their sources.

numba looks only at the file of the kernel itself when it decides whether what it kept is still
good. A kernel that calls one of another file would go on with the old one after an upgrade,
silently: another state, another digest. So the folder is named by all the sources together.
"""

from __future__ import annotations

import hashlib
import os
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


def use() -> None:
    """Keep kernels in NUMBA_CACHE_DIR or the user's cache; where neither can be written, in /tmp.

    Takes effect for kernels that are defined afterwards.
    """
    wished = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    name = _sources_digest()
    bases = ([Path(wished)] if wished else []) + [Path(home) / "headwater" / "kernels"]
    folders = [base / name for base in bases if _is_writable(base / name)]
    fallback = Path(tempfile.gettempdir()) / f"headwater-kernels-{os.getuid()}" / name
    numba.config.CACHE_DIR = str(folders[0] if folders else fallback)  # type: ignore[attr-defined]  # set by name
