"""The interface of the registry, where replicas find each other's reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from headwater_server.observability.recent import CallFigures
from headwater_server.replica.ports.position import START, Position

WORKER = "worker"
FOLLOWER = "follower"


@dataclass(frozen=True, slots=True)
class ReplicaServing:
    """A replica's figures for operators, and the ``sources`` that it can read.

    ``start_time_ms`` is on the replica's own clock; ``calls`` cover the last minute.
    """

    headwater_version: str = ""
    start_time_ms: int = 0
    memory_bytes: int = 0
    calls: tuple[CallFigures, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplicaReport:
    """A replica's last report; ``time_ms`` is its time on the store's clock.

    ``broken`` is the reason why it stopped learning, "" while it learns. ``serving`` is None in
    reports of builds that do not know the field.
    """

    replica_id: str
    host: str
    pid: int
    role: str
    position: Position
    state_version: int
    river_version: str
    broken: str = ""
    time_ms: int = 0
    serving: ReplicaServing | None = None


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """A report that is ``age_ms`` old; ``head`` was the log's head at that time."""

    report: ReplicaReport
    age_ms: int
    head: Position = START


class Replicas(Protocol):
    """The replicas of a catalogue. Every call may raise `StoreUnavailable`, as those of the log."""

    async def report(self, report: ReplicaReport) -> None:
        """Replace that replica's previous report; the new ``time_ms`` is the present time."""

    async def live(self, patience_ms: int) -> list[ReplicaReport]:
        """Return the reports that are at most ``patience_ms`` old, by id."""

    async def reports(self) -> list[ReceivedReport]:
        """Return all reports of the last day by id, also of replicas that died since."""

    async def leave(self, replica_id: str) -> None:
        """Delete the report of a replica that stopped cleanly."""

    async def publish_digest(self, mark_id: str, replica_id: str, digest: str) -> None:
        """Store a replica's digest at a mark for some minutes."""

    async def digests(self, mark_id: str) -> dict[str, str]:
        """Return the digests published for a mark so far, by replica id."""
