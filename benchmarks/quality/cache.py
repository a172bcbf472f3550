"""Figures kept by content: what they depend on names them, so no outdated figure is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def key_of(texts: Iterable[str], files: Iterable[Path], packages: Iterable[str]) -> str:
    """Return a name for figures: over texts, the content of files, the versions of packages.

    >>> key_of(["bol", "100000"], [], []) == key_of(["bol1", "00000"], [], [])
    False
    """
    digest = hashlib.sha256()
    parts = [("text", text.encode()) for text in texts]
    parts += [(path.name, path.read_bytes()) for path in sorted(files)]
    parts += [(name, _version(name).encode()) for name in sorted(packages)]
    for name, content in parts:
        digest.update(f"{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


class Cache:
    """Plain values in files of a folder, each named by its key."""

    def __init__(self, folder: Path, *, reads: bool = True) -> None:
        self._folder = folder
        self._reads = reads

    def find(self, key: str) -> dict[str, Any] | None:
        """Return what was kept under ``key``, or None; always None with ``reads`` off."""
        path = self._folder / f"{key}.json"
        if not self._reads or not path.exists():
            return None
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def keep(self, key: str, figures: dict[str, Any]) -> None:
        """Keep ``figures`` under ``key``: whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{key}.json"
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(figures), encoding="utf-8")
        unfinished.replace(path)
