"""The log and the descriptions of a `DictReplica`, to be read: an entry for each event."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from itertools import islice

from headwater_server.engine.messages.entries import Item, Operation, UserWrite
from headwater_server.engine.visitors.users import Features
from headwater_server.replica.ports.position import START, Position
from tests.simulation.sim_store import SimEntry


class DictLog:
    """Entries with one operation each; ``fault`` is raised first, if it returns one."""

    def __init__(
        self,
        operations: Callable[[], Sequence[Operation]],
        fault: Callable[[], Exception | None] = lambda: None,
    ) -> None:
        self._operations, self._fault = operations, fault

    async def head(self) -> Position:
        if fault := self._fault():
            raise fault
        count = len(self._operations())
        return Position(f"{count}-0", count) if count else START

    async def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[SimEntry]:
        if fault := self._fault():
            raise fault
        last = int(until.partition("-")[0]) if until else len(self._operations())
        for number, operation in enumerate(self._operations()[:last], 1):
            if number > after.sequence:
                yield SimEntry(Position(f"{number}-0", number), "", (operation,), 1000 * number)


class DictDescribed:
    """Items and accounts, in the order in which they were written first."""

    def __init__(self, items: Mapping[str, Item], users: Mapping[str, UserWrite]) -> None:
        self._items, self._users = items, users

    def described_items(self, first: int = 0) -> Iterator[tuple[int, Item]]:
        return islice(enumerate(self._items.values()), first, None)

    def described_users(self, first: int = 0) -> Iterator[tuple[int, str, Features]]:
        for place, write in islice(enumerate(self._users.values()), first, None):
            if write.features:
                yield place, write.user_id, write.features
