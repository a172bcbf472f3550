"""What commands need of the stored parts, beyond the ports of the replica."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from headwater_server.replica.ports.holdings import SnapshotHoldings
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.quarantine import Quarantine, Quarantined
from headwater_server.replica.ports.snapshots import Parts, SnapshotMeta, Snapshots
from headwater_server.replica.ports.token_keys import RingKey
from headwater_server.storage.codecs.stored_entry import StoredEntry


class StoredLog(Log, Protocol):
    """A log with an archive, whose entries are at hand as they are stored."""

    def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[StoredEntry]:
        """See `Log.iterate`."""

    def forget_read(self) -> None:
        """Read archived entries again: their files were rewritten."""


class StoredSnapshots(Snapshots, Protocol):
    """Snapshots by id, as `doctor` and `rebuild` need them."""

    async def save(self, meta: SnapshotMeta, parts: Parts, *, instead_of_all: bool = False) -> bool:
        """See the port; ``instead_of_all``: every other one is deleted, even a newer one."""

    async def ids(self) -> list[str]:
        """Return the ids of all published snapshots, highest offset first."""

    async def meta(self, snapshot_id: str) -> SnapshotMeta:
        """Return a snapshot's description; `DamagedSnapshot` if it cannot be read."""

    async def holdings(self, snapshot_id: str) -> SnapshotHoldings:
        """Return a snapshot's size; `DamagedSnapshot` if its manifest cannot be read."""

    async def drop(self, snapshot_id: str) -> None:
        """Delete a snapshot."""


class StoredQuarantine(Quarantine, Protocol):
    """The quarantine, as `headwater quarantine` needs it."""

    def kept(self) -> AsyncIterator[Quarantined]:
        """Yield the stored events, oldest first."""


class TokenKeyRing(Protocol):
    """The stored keys of attribution tokens."""

    async def read(self) -> list[RingKey]:
        """Return the keys, oldest first; if there is no key, create the first one."""

    async def rotate(self, now_ms: int, token_ms: int, *, revoke: bool = False) -> list[RingKey]:
        """Add a key that signs soon; delete keys that no valid token names."""
