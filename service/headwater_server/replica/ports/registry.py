"""How replicas know of each other: what a store keeps of each, besides the log that they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from headwater_server.observability.recent import CallFigures
from headwater_server.replica.ports.position import START, Position

WORKER = "worker"
FOLLOWER = "follower"


@dataclass(frozen=True, slots=True)
class ReplicaServing:
    """How a replica is doing, for whoever looks after it; nothing is decided by it.

    ``start_time_ms`` is on its own clock; ``calls`` are of the last minute.
    """

    headwater_version: str = ""
    start_time_ms: int = 0
    memory_bytes: int = 0
    calls: tuple[CallFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplicaStanding:
    """What a replica last said of itself; ``time_ms`` is when, on the store's clock.

    ``broken`` tells why it stopped learning, "" while it learns. ``serving`` is None where a build
    that knows nothing of it reported.
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
class Heard:
    """What a replica said, ``age_ms`` ago; ``head`` is where the log ended when it said it."""

    standing: ReplicaStanding
    age_ms: int
    head: Position = START


class Replicas(Protocol):
    """The replicas of a catalogue. Every call raises `StoreUnavailable` as the log's do."""

    async def report(self, standing: ReplicaStanding) -> None:
        """Put it in the place of what that replica said before; its ``time_ms`` becomes now."""

    async def live(self, patience_ms: int) -> list[ReplicaStanding]:
        """Return those that said something within ``patience_ms``, by id."""

    async def heard(self) -> list[Heard]:
        """Return what is remembered of all, of those that died within a day too, by id."""

    async def leave(self, replica_id: str) -> None:
        """Forget a replica: it stopped in order."""

    async def publish_digest(self, mark_id: str, replica_id: str, digest: str) -> None:
        """Keep, for some minutes, which state a replica had at a mark."""

    async def digests(self, mark_id: str) -> dict[str, str]:
        """Return the digests published for a mark so far, by replica id."""
