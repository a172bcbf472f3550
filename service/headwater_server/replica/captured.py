"""The digest of a state that was captured, so that a thread may take its time over it."""

from __future__ import annotations

from headwater_server.engine.state import digest
from headwater_server.replica.ports import Parts

LEARNED = "learned/"
"""Where a capture keeps what `Engine.digest` is over; beside it stand versions and tallies."""


def captured_digest(parts: Parts) -> str:
    """Return what `digest` of the engine said when it was captured.

    >>> captured_digest([("head/river", "1"), ("learned/a", 1)]) == digest([("a", 1)])
    True
    """
    learned = ((path, leaf) for path, leaf in parts if path.startswith(LEARNED))
    return digest((path.removeprefix(LEARNED), leaf) for path, leaf in learned)
