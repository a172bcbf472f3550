"""An error of the disk or the database in words that quote no row."""

from __future__ import annotations

import errno

import duckdb

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SAID = ("No space left", "Disk quota", "File too large", "max_temp_directory_size")
NO_ROOM = (
    "there is no room on the disk of TMPDIR, where rows are kept while they are read (about as "
    "much as the unpacked files); set TMPDIR to a larger one"
)


def failure(error: OSError | duckdb.Error) -> str:
    """Return the reason, with the way out if the disk is full.

    >>> failure(OSError(errno.ENOSPC, "No space left on device")) == NO_ROOM
    True
    >>> failure(OSError(errno.EIO, "Input/output error"))
    'Input/output error'
    """
    text = str(error)
    if isinstance(error, OSError):
        return NO_ROOM if error.errno in _FULL else error.strerror or type(error).__name__
    if isinstance(error, duckdb.OutOfMemoryException) or any(one in text for one in _SAID):
        return NO_ROOM
    return "the rows cannot be read, and no reason is known; write them as CSV in UTF-8"
