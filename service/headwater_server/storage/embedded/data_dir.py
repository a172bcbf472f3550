"""The directory of a one-machine store: who may use it, and where its socket is."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from headwater_server.storage.embedded.pid_lock import PidLock

SOCKET = "valkey.sock"
SOCKET_PATH_BYTES_MAX = 103  # macOS takes 103, Linux 107


def socket_in(path: Path) -> Path | None:
    """Return where the server of a directory listens for all to know; None: the path is too long.

    Then it listens in a short place, that only who started it knows.
    """
    here = path.absolute() / SOCKET
    return here if len(os.fsencode(here)) <= SOCKET_PATH_BYTES_MAX else None


class DataDirInUseError(Exception):
    """Another Headwater serves this directory."""


class DataDir:
    """A directory that at most one process serves at a time."""

    def __init__(self, path: Path) -> None:
        """Nothing is made or taken before `take`."""
        self.path = path.absolute()
        self._lock = PidLock(self.path / "headwater.lock")
        self._short: Path | None = None

    def take(self) -> None:
        """Make it ours; `DataDirInUseError` names the process that has it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._lock.acquire():
            raise DataDirInUseError(
                f"{self.path} is in use by the headwater process {self._lock.holder_pid()}; "
                "stop that one, or choose another --data-dir"
            )
        self._lock.write_pid()

    def server_lock(self) -> PidLock:
        """Return the lock that the server itself holds."""
        return PidLock(self.path / "valkey.lock")

    def socket_path(self) -> Path:
        """Return where the server listens: here, or in a short place when the path is too long."""
        if here := socket_in(self.path):
            return here
        if self._short is None:
            self._short = _short_dir()
        return self._short / SOCKET

    def leave(self) -> None:
        """Let another process take it."""
        if self._short is not None:
            shutil.rmtree(self._short, ignore_errors=True)
            self._short = None
        self._lock.release()


def _short_dir() -> Path:
    made = Path(tempfile.mkdtemp(prefix="headwater-"))
    if len(os.fsencode(made / SOCKET)) <= SOCKET_PATH_BYTES_MAX:
        return made
    made.rmdir()
    return Path(tempfile.mkdtemp(prefix="headwater-", dir="/tmp"))
