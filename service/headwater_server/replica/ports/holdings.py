"""What the replica needs to tell an operator how much a store keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from headwater_server.replica.ports.position import START, Position


@dataclass(frozen=True, slots=True)
class LogHoldings:
    """``first`` to ``last`` are kept, both `START` for an empty log."""

    entries: int = 0
    first: Position = START
    last: Position = START
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveHoldings:
    """Entries by number; ``directory`` is "" where nothing is archived."""

    directory: str = ""
    segments: int = 0
    first_entry: int = 0
    last_entry: int = 0
    disk_bytes: int = 0


@dataclass(frozen=True, slots=True)
class SnapshotHoldings:
    """One kept state; ``stored_bytes`` of ``plain_bytes`` are left of it by compression."""

    snapshot_id: str
    position: Position
    create_time_ms: int
    stored_bytes: int
    plain_bytes: int
    state_version: int
    river_version: str


@dataclass(frozen=True, slots=True)
class StoreHoldings:
    """The server behind it; 0 and "" where it does not say."""

    version: str = ""
    memory_bytes: int = 0
    memory_bytes_max: int = 0
    append_fsync: str = ""
    append_file_bytes: int = 0
    start_time_ms: int = 0


@dataclass(frozen=True, slots=True)
class AllHoldings:
    """All that is kept of one catalogue; snapshots newest first."""

    log: LogHoldings
    archive: ArchiveHoldings
    snapshots: Sequence[SnapshotHoldings]
    store: StoreHoldings


class Holdings(Protocol):
    """How much there is."""

    async def look(self) -> AllHoldings:
        """Return it as it is now; `StoreUnavailable` when the store does not answer."""
