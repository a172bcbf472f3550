"""How much a store holds, for operators: the interface that the replica needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from headwater_server.replica.ports.position import START, Position


@dataclass(frozen=True, slots=True)
class LogHoldings:
    """The kept entries are ``first`` to ``last``, both `START` for an empty log."""

    entries: int = 0
    first: Position = START
    last: Position = START
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveHoldings:
    """Entries by number; ``directory`` is "" if nothing is archived."""

    directory: str = ""
    segments: int = 0
    first_entry: int = 0
    last_entry: int = 0
    disk_bytes: int = 0


@dataclass(frozen=True, slots=True)
class SnapshotHoldings:
    """One snapshot; compression reduces its ``plain_bytes`` to ``stored_bytes``."""

    snapshot_id: str
    position: Position
    create_time_ms: int
    stored_bytes: int
    plain_bytes: int
    state_version: int
    river_version: str


@dataclass(frozen=True, slots=True)
class StoreHoldings:
    """The store's server; 0 and "" for what it does not report."""

    version: str = ""
    memory_bytes: int = 0
    memory_bytes_max: int = 0
    append_fsync: str = ""
    append_file_bytes: int = 0
    start_time_ms: int = 0


@dataclass(frozen=True, slots=True)
class AllHoldings:
    """All that the store holds for one catalogue; snapshots newest first."""

    log: LogHoldings
    archive: ArchiveHoldings
    snapshots: Sequence[SnapshotHoldings]
    store: StoreHoldings


class Holdings(Protocol):
    """Reads how much the store holds."""

    async def read(self) -> AllHoldings:
        """Return the present figures; `StoreUnavailable` when the store does not answer."""
