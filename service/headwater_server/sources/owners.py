"""Which server reads a source: one of those that live, found by all of them alike.

It only saves work: what two servers read counts once, because the position is on the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from headwater_server.replica.ports.registry import FOLLOWER, ReceivedReport

LIVE_MS = 4_000  # a few reports may be late before another server takes over


def owner_of(source: str, replica_ids: Iterable[str]) -> str:
    """Return the replica that reads a source, "" if there is none.

    Of several sources each has an owner of its own; when one replica leaves, only its move.

    >>> owner_of("clicks", ["a", "b"]) == owner_of("clicks", ["b", "a"]), owner_of("clicks", [])
    (True, '')
    """
    return min(replica_ids, key=lambda one: _weight(source, one), default="")


def _weight(source: str, replica_id: str) -> bytes:
    return hashlib.blake2b(f"{source}\0{replica_id}".encode(), digest_size=8).digest()


def owned(source: str, reports: Sequence[ReceivedReport], own_id: str) -> bool:
    """Return whether a replica is the one that reads a source, by the reports of all.

    A follower goes first: it serves no calls, and has the time.
    """
    able = [
        one.report
        for one in reports
        if one.age_ms <= LIVE_MS
        and not one.report.broken
        and one.report.serving is not None
        and source in one.report.serving.sources
    ]
    followers = [one for one in able if one.role == FOLLOWER]
    return owner_of(source, [one.replica_id for one in followers or able]) == own_id
