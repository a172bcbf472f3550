"""A lock file with its holder's pid. The kernel releases the lock when the holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class PidLock:
    """An exclusive lock on a file, held as long as one copy of its descriptor is open.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "lock"
    >>> first, second = PidLock(path), PidLock(path)
    >>> first.acquire(), second.acquire()
    (True, False)
    >>> first.write_pid(); second.holder_pid() == os.getpid()
    True
    >>> first.release(); second.acquire()
    True
    >>> second.release()
    """

    def __init__(self, path: Path) -> None:
        """Name the file; `acquire` opens it."""
        self._path = path
        self._fd: int | None = None

    def acquire(self) -> bool:
        """Take the lock, or return False at once when another process holds it."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    @property
    def fd(self) -> int:
        """The descriptor; a child process that inherits it holds the lock, too."""
        if self._fd is None:
            raise RuntimeError("the lock is not held")
        return self._fd

    def write_pid(self) -> None:
        """Name this process as the holder."""
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, b"%d\n" % os.getpid(), 0)

    def holder_pid(self) -> int | None:
        """Return the pid that was written last; only meaningful while the lock is held."""
        try:
            return int(self._path.read_text())
        except (OSError, ValueError):
            return None

    def release(self) -> None:
        """Close this copy; children that inherited one still hold the lock."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
