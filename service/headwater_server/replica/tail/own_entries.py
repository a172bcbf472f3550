"""Entries that this process appended: their content is at hand, so it need not be read back.

The store's answer says which entry is before. If that is the one that the state contains, nothing
lies between, and the entry is applied from memory. Otherwise the tail reads, as it reads the
entries of others; of our own it takes the content from here then, too, without decoding it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.engine.messages.events import Event
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.position import Position, offset_key, time_ms_of

QUIET_S = 0.005  # without an append of our own, after which the tail waits at the store again
SHARED_S = 1.0  # so long after others have appended, the tail waits at the store at once
SLOW_S = 0.1  # of an append: a store that takes longer is not waited for


class OwnEntry:
    """Implements `replica.ports.log.LoggedEntry`, of events and positions of sources.

    They decode to what they are here.

    ``checked``: the settings under which the firewall passed all events.
    """

    __slots__ = ("_checked", "_operations", "_time_ms", "position")

    marks: Sequence[str] = ()
    erases = False

    def __init__(
        self, position: Position, operations: Sequence[Operation], checked: EngineSettings | None
    ) -> None:
        self.position = position
        self._operations = tuple(operations)
        self._checked = checked
        self._time_ms = time_ms_of(position.offset)

    @property
    def size(self) -> int:
        """How many operations it has."""
        return len(self._operations)

    @property
    def has_only_events(self) -> bool:
        """Whether it has events, and nothing else."""
        return self.size > 0 and all(type(one) is Event for one in self._operations)

    def part(self, start: int, stop: int) -> Entry:
        """Return the operations from ``start`` to before ``stop`` as an entry."""
        return Entry(self._time_ms, self._operations[start:stop], checked=self._checked)

    @property
    def entry(self) -> Entry:
        """The whole entry."""
        return self.part(0, self.size)


class OwnEntries:
    """Appended and not applied yet, in the order of the log.

    >>> own, at = OwnEntries(), Position("1-0", 1)
    >>> own.add(OwnEntry(Position("2-0", 2, "1-0"), [], None))
    >>> [entry.position.offset for entry in own.following(at)], own.following(at)
    (['2-0'], [])
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._entries: deque[OwnEntry] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._is_active = self._is_under_way = False
        self._last = 0  # number of the last own entry
        self._shared_until_s = 0.0  # others append, too: their entries must not wait

    def expect(self) -> None:
        """Record that an append begins."""
        self._is_active = self._is_under_way = True

    def add(self, entry: OwnEntry) -> None:
        """Record an entry that the store has confirmed."""
        self._entries.append(entry)
        self._note(entry.position.sequence)
        self._is_active, self._is_under_way = True, False  # callers send again at an answer
        self._wake()

    def read_back(self, position: Position | None = None) -> None:
        """Record an append whose entry must be read; without a position it may not be there."""
        if position is not None:
            self._note(position.sequence)
        self._is_active = self._is_under_way = False
        self._wake()

    def _note(self, sequence: int) -> None:
        if self._last and sequence != self._last + 1:
            self._shared_until_s = asyncio.get_running_loop().time() + SHARED_S
        self._last = sequence

    def clear(self) -> None:
        """Forget all: the state is now that of another position."""
        self._entries.clear()

    def following(self, position: Position) -> list[OwnEntry]:
        """Take the entries that directly follow; forget those that ``position`` contains.

        An entry that does not follow stays until the tail has read what is before it.
        """
        taken: list[OwnEntry] = []
        while self._entries:
            first = self._entries[0].position
            if first.directly_follows(position):
                taken.append(self._entries[0])
                position = first
            elif offset_key(first.offset) > offset_key(position.offset):
                break
            self._entries.popleft()
        return taken

    def known(self, page: Sequence[LoggedEntry]) -> Sequence[LoggedEntry]:
        """Return entries that were read; those of our own with the content that is at hand.

        Only if the store's answer to the append said that it has these very bytes.

        >>> own, at = OwnEntries(), Position("3-0", 3, "2-0")
        >>> own.add(OwnEntry(at, [], None))
        >>> read = [OwnEntry(Position(f"{n}-0", n), [], None) for n in (2, 3)]
        >>> [one in read for one in own.known(read)]
        [True, False]
        """
        if not self._entries:
            return page
        own = {one.position: one for one in self._entries if one.position.previous}
        return [own.get(entry.position, entry) for entry in page]

    async def comes_soon(self) -> bool:
        """Wait a little for an own entry, if one may come; return whether one came.

        While this process alone appends, the tail need not wait at the store, which would send it
        each own entry. The answer to the next append shows whether others append, too.
        """
        if self._entries or self._is_shared:
            return False  # what is before it must be read
        while self._is_active and not self._entries:
            self._is_active = False  # until the next append begins or ends
            await self._waited(SLOW_S if self._is_under_way else QUIET_S)
        return bool(self._entries)

    @property
    def _is_shared(self) -> bool:
        return asyncio.get_running_loop().time() < self._shared_until_s

    async def _waited(self, most_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = loop.call_later(most_s, self._wake)
        try:
            await self._waiting
        finally:
            timer.cancel()
            self._waiting = None

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
