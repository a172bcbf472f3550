"""How replicas know of each other: what a store keeps of each, besides the log that they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from headwater_server.replica.position import Position

WORKER = "worker"
FOLLOWER = "follower"


@dataclass(frozen=True, slots=True)
class ReplicaStanding:
    """What a replica last said of itself; ``time_ms`` is when, on the store's clock.

    ``broken`` tells why it stopped learning, "" while it learns.
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


class Replicas(Protocol):
    """The replicas of a catalogue. Every call raises `StoreUnavailable` as the log's do."""

    async def report(self, standing: ReplicaStanding) -> None:
        """Put it in the place of what that replica said before; its ``time_ms`` becomes now."""

    async def live(self, patience_ms: int) -> list[ReplicaStanding]:
        """Return those that said something within ``patience_ms``, by id."""

    async def leave(self, replica_id: str) -> None:
        """Forget a replica: it stopped in order."""

    async def publish_digest(self, mark_id: str, replica_id: str, digest: str) -> None:
        """Keep, for some minutes, which state a replica had at a mark."""

    async def digests(self, mark_id: str) -> dict[str, str]:
        """Return the digests published for a mark so far, by replica id."""
