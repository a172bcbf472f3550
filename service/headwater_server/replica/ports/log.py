"""The interface of the log. storage/ implements it; tests run that on real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.replica.ports.position import Position


class LoggedEntry(Protocol):
    """An entry on the log; this build knows everything that it contains."""

    @property
    def position(self) -> Position:
        """Its position on the log."""

    @property
    def size(self) -> int:
        """How many operations it has."""

    def part(self, start: int, stop: int) -> Entry:
        """Return some of its operations as an entry: applying all parts gives the same state."""

    @property
    def has_only_events(self) -> bool:
        """Whether it has events, and nothing else."""

    @property
    def marks(self) -> Sequence[str]:
        """The ids of the marks in it."""

    @property
    def erases(self) -> bool:
        """Whether it erases an account or a visitor: quicker than to look at all operations."""

    @property
    def entry(self) -> Entry:
        """The whole of it."""


class Log(Protocol):
    """One ordered log. Every call raises `StoreUnavailable` when the store does not answer."""

    def encode(self, operations: Sequence[Operation], *, imported: bool = False) -> bytes:
        """Return the operations as bytes for `append`, which can append several together."""

    async def append(self, encoded: Sequence[bytes], *, after: Position | None = None) -> Position:
        """Append one entry, made of all of ``encoded``, as durable as the mode promises.

        The position that it returns has a `previous` if the log holds exactly these bytes.
        With ``after``, only if that is the head: otherwise `LogMovedOn`. `Overloaded` when the
        store is full. `StoreUnavailable` may also mean that the entry is on the log and only the
        answer was lost, so only the caller, whose events have ids, may try again.
        """

    async def accepts(self) -> None:
        """Return if the store accepts a write now; otherwise raise its reason, as `append` does."""

    async def read(self, after: Position, count: int, block_ms: int) -> Sequence[LoggedEntry]:
        """Return the next entries, at most ``count``; wait up to ``block_ms`` for the first.

        Only those that the store has confirmed as `append` promises, which a failover keeps.
        `LogBroken` if the next entry is not chained to ``after``; `UnreadableEntry` if this build
        does not know what an entry means.
        """

    def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[LoggedEntry]:
        """Yield the entries after ``after``, up to and including the offset ``until``.

        All that are there now, also those that are not confirmed yet.
        """

    async def confirmed(self) -> Position:
        """Return the position of the last entry that `read` returns, `START` if there is none."""

    async def head(self) -> Position:
        """Return the position of the last entry, `START` for an empty log."""

    async def length(self) -> int:
        """Return how many entries are kept."""

    async def verify(self, position: Position) -> None:
        """`LogBroken` unless the entry at ``position`` is on the log, with its number."""

    async def newest_of(self, positions: Sequence[Position]) -> Position | None:
        """Return the last of these entries, which are in order, that the log contains."""

    async def trim(self, before: Position) -> None:
        """Delete entries older than ``before``, as far as the store's own setting allows."""
