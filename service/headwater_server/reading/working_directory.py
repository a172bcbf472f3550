"""The directory of a reading: deleted at its end, or by the next reading if it was killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "headwater-reading-"
LOCK = "lock"


class WorkingDirectory:
    """A new directory in TMPDIR. Its lock is held until `close` or the end of the process."""

    def __init__(self) -> None:
        _delete_left_behind()
        made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
        self._lock = (made / LOCK).open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # only now by the name that others look for: they never find it without its lock
        self.path = made.rename(made.with_name(made.name[1:]))

    def close(self) -> None:
        """Delete it; also a second time."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def _delete_left_behind() -> None:
    """Delete the directories of this user whose processes have ended without deleting them."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another's, or just deleted, or still in use
            if path.stat().st_uid != os.getuid():
                continue
            with (path / LOCK).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
