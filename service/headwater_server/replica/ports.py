"""What the replica needs from a store. storage/ implements it; tests run both on real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.replica.position import Position

Parts = Iterable[tuple[str, Any]]
"""A captured state: (path, plain value), see `storage.plain` for what is plain."""


class LoggedEntry(Protocol):
    """An entry as it stands on the log; all that is in it is known to this build."""

    @property
    def position(self) -> Position:
        """Where it stands."""

    @property
    def size(self) -> int:
        """How many operations it has."""

    def part(self, start: int, stop: int) -> Entry:
        """Return some of its operations as an entry: applied in parts, it gives the same state."""

    @property
    def marks(self) -> Sequence[str]:
        """The ids of the marks in it."""

    @property
    def entry(self) -> Entry:
        """The whole of it."""


@dataclass(frozen=True, slots=True)
class SnapshotMeta:
    """What a snapshot says about itself. ``settings`` is `EngineSettings.canonical` text."""

    position: Position
    state_version: int
    river_version: str
    settings: str
    create_time_ms: int = 0
    snapshot_id: str = ""


class Log(Protocol):
    """One ordered log. Every call raises `StoreUnavailable` when the store does not answer."""

    def encode(self, operations: Sequence[Operation], *, imported: bool = False) -> bytes:
        """Return the operations as `append` takes them; bytes can be appended together."""

    async def append(self, encoded: Sequence[bytes], *, after: Position | None = None) -> Position:
        """Put one entry, made of all of ``encoded``, on the log, as durable as the mode promises.

        With ``after``, only if that is the head: else `LogMovedOn`. `Overloaded` when the store
        is full. `StoreUnavailable` may also mean that the entry is on the log and only the
        answer was lost, so only the caller, whose events have ids, may try again.
        """

    async def read(self, after: Position, count: int, block_ms: int) -> Sequence[LoggedEntry]:
        """Return the next entries, at most ``count``; wait up to ``block_ms`` for the first.

        `LogBroken` if what follows is not chained to ``after``; `UnreadableEntry` if this build
        does not know what an entry means.
        """

    def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[LoggedEntry]:
        """Yield what stands after ``after`` now, up to and with the offset ``until``."""

    async def head(self) -> Position:
        """Return the last entry's position, `START` for an empty log."""

    async def length(self) -> int:
        """Return how many entries are kept."""

    async def verify(self, position: Position) -> None:
        """`LogBroken` unless the entry at ``position`` is on the log, with its number."""

    async def trim(self, before: Position) -> None:
        """Drop entries older than ``before``, as far as the store's own setting lets go."""


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
