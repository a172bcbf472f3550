"""The log as the replica needs it. storage/ implements it; tests run it on real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.replica.ports.position import Position


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
