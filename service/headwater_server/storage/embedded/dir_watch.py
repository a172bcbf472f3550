"""Notices that the data directory is removed or replaced while its store runs.

The store goes on writing into files that have no name any more: the next start would find nothing.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import structlog

from headwater_server.errors import StoreUnavailable

_log = structlog.get_logger(__name__)
EVERY_S = 0.5
FILES = "appendonlydir"


class DirWatch:
    """Holds the directories open, so that no other can have their numbers.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()); (path / FILES).mkdir()
    >>> for name in ("a.manifest", "a.1.incr.aof"): (path / FILES / name).touch()
    >>> watch = DirWatch(path); watch.is_there()
    True
    >>> _ = (path / FILES).rename(path / "other"); watch.is_there(); watch.close()
    False
    """

    def __init__(self, path: Path) -> None:
        """Watch the directory of a store that runs."""
        self._path = path.absolute()
        self._fds = {place: os.open(place, os.O_RDONLY) for place in (self._path, self._files)}
        self._due_s = 0.0
        self._gone = False

    @property
    def _files(self) -> Path:
        return self._path / FILES

    def check(self) -> None:
        """Raise `StoreUnavailable` if the directory is another one, or its files are gone."""
        now_s = time.monotonic()
        if now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            gone, self._gone = self._gone, not self.is_there()
            if self._gone and not gone:
                _log.error(
                    "the data directory was removed or replaced while its store runs; put it back, "
                    "or stop the server and restore a backup",
                    path=str(self._path),
                )
        if self._gone:
            raise StoreUnavailable(
                "the data directory of the store was removed or replaced; nothing is acknowledged"
            )

    def is_there(self) -> bool:
        """Whether the names still lead to the directories and to append-only files."""
        try:
            same = all(
                os.path.samestat(os.fstat(fd), place.stat()) for place, fd in self._fds.items()
            )
            names = [file.name for file in self._files.iterdir()] if same else []
        except OSError:
            return False
        return any(name.endswith(".manifest") for name in names) and any(
            name.endswith(".incr.aof") for name in names
        )

    def close(self) -> None:
        """Release the directories."""
        for fd in self._fds.values():
            os.close(fd)
        self._fds = {}
