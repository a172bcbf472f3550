"""The data directory of an embedded store: its lock and its socket."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from headwater_server.storage.embedded.pid_lock import PidLock
from headwater_server.storage.private import keep_private, make_private

SOCKET = "valkey.sock"
OURS = (
    "headwater.lock", "valkey.lock", "valkey.log", "appendonlydir", "archive", "token.key", SOCKET,
)  # fmt: skip
"""Files and directories that we, or the store, make there."""

SOCKET_PATH_BYTES_MAX = 103  # macOS takes 103, Linux 107


def socket_in(path: Path) -> Path | None:
    """Return the socket's path in the directory; None if the path is too long.

    Then the server listens in a short temporary path, which only its parent process knows.
    """
    here = path.absolute() / SOCKET
    return here if len(os.fsencode(here)) <= SOCKET_PATH_BYTES_MAX else None


class DataDirInUseError(Exception):
    """Another Headwater process serves this directory."""


class DataDir:
    """A directory that at most one process serves at a time."""

    def __init__(self, path: Path) -> None:
        """Name the directory; `take` creates and locks it."""
        self.path = path.absolute()
        self._lock = PidLock(self.path / "headwater.lock")
        self._short: Path | None = None

    def take(self) -> None:
        """Create and lock it, and close it to other users.

        `DataDirInUseError` names the process that uses it, `NotPrivateError` what stays open.
        """
        make_private(self.path)
        if not self._lock.acquire():
            raise DataDirInUseError(
                f"{self.path} is in use by the headwater process {self._lock.holder_pid()}; "
                "stop that process, or choose another --data-dir"
            )
        self._lock.write_pid()
        try:
            keep_private(self.path, OURS)
        except BaseException:
            self._lock.release()
            raise

    def server_lock(self) -> PidLock:
        """Return the lock that the server process itself holds."""
        return PidLock(self.path / "valkey.lock")

    def socket_path(self) -> Path:
        """Return the socket's path: in the directory, or a short one if that is too long."""
        if here := socket_in(self.path):
            return here
        if self._short is None:
            self._short = _short_dir()
        return self._short / SOCKET

    def leave(self) -> None:
        """Unlock it for other processes."""
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
