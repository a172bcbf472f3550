"""A log to read, with the states that are stored beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from headwater_server.evaluation.replay import replay
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.snapshots import SnapshotMeta


class ReadableLog(replay.ReadableLog, Protocol):
    """What an evaluation needs of a log."""

    async def head(self) -> Position:
        """Return the position of the last entry."""


class States(Protocol):
    """The stored snapshots, newest first."""

    async def published(self) -> list[SnapshotMeta]:
        """Return what is stored."""

    async def load(self, meta: SnapshotMeta) -> list[tuple[str, Any]]:
        """Return the parts of one."""


@dataclass(frozen=True)
class Source:
    """The log, its snapshots (none for a bare archive), and what to call it in a report."""

    log: ReadableLog
    snapshots: States | None
    name: dict[str, Any]

    async def end(self) -> Position:
        """Return the last entry that a failover of the store keeps; of an archive its last one."""
        confirmed = getattr(self.log, "confirmed", None)
        found: Position = await (confirmed() if confirmed else self.log.head())
        return found

    async def states(self) -> Sequence[SnapshotMeta]:
        """Return the stored snapshots, newest first."""
        return await self.snapshots.published() if self.snapshots else ()
