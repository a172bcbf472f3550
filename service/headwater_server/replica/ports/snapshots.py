"""Where snapshots are kept. storage/ implements it; tests run it on real servers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from headwater_server.replica.ports.position import Position

Parts = Iterable[tuple[str, Any]]
"""A captured state: (path, plain value), see `storage.codecs.plain` for what is plain."""


@dataclass(frozen=True, slots=True)
class SnapshotMeta:
    """What a snapshot says about itself. ``settings`` is `EngineSettings.canonical` text."""

    position: Position
    state_version: int
    river_version: str
    settings: str
    create_time_ms: int = 0
    snapshot_id: str = ""


class Snapshots(Protocol):
    """Kept states, newest first."""

    async def save(self, meta: SnapshotMeta, parts: Parts) -> bool:
        """Write it; False when a newer one was published meanwhile, which is as good.

        `LogBroken` when the log does not hold the entry that it stands at: nothing is published.
        """

    async def published(self) -> list[SnapshotMeta]:
        """Return what is published, highest offset first; nothing of it is checked yet."""

    async def load(self, meta: SnapshotMeta) -> list[tuple[str, Any]]:
        """Return the parts, every byte checked; `DamagedSnapshot` with the reason otherwise."""
