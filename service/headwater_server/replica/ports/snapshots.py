"""The interface of the snapshot store. storage/ implements it; tests run that on real servers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from headwater_server.replica.ports.position import Position

Parts = Iterable[tuple[str, Any]]
"""A captured state: (path, plain value); `storage.codecs.plain` lists the plain types."""


@dataclass(frozen=True, slots=True)
class SnapshotMeta:
    """The description of a snapshot. ``settings`` is the text of `EngineSettings.canonical`."""

    position: Position
    state_version: int
    river_version: str
    settings: str
    create_time_ms: int = 0
    snapshot_id: str = ""


class Snapshots(Protocol):
    """The stored snapshots, newest first."""

    async def save(self, meta: SnapshotMeta, parts: Parts) -> bool:
        """Write a snapshot; False when a newer one was published meanwhile, which is as good.

        `LogBroken` when the log does not contain the snapshot's entry: nothing is published.
        """

    async def published(self) -> list[SnapshotMeta]:
        """Return the published snapshots, highest offset first; their content is not checked."""

    async def load(self, meta: SnapshotMeta) -> list[tuple[str, Any]]:
        """Return the parts with every byte checked; `DamagedSnapshot` gives the reason if not."""
