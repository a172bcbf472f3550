"""The log as one replica sees it: `replica.ports.log.Log` over a link that fails."""

from __future__ import annotations

import asyncio
import io
import pickle
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from headwater_server.engine.messages.entries import Operation
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import Position, offset_key
from tests.simulation.link import Link
from tests.simulation.sim_store import SimEntry


class SimLog:
    """``on_read`` hears from which position is read on: the state is that of it just then."""

    def __init__(self, link: Link, on_read: Callable[[Position], None]) -> None:
        self._link = link
        self._store = link.store
        self._on_read = on_read

    def encode(self, operations: Sequence[Operation], *, imported: bool = False) -> Any:
        return pickle.dumps(tuple(operations))

    async def append(self, encoded: Sequence[Any], *, after: Position | None = None) -> Position:
        operations = tuple(chain.from_iterable(_decoded(b"".join(encoded))))

        def work() -> Position:
            self._link.check_room()
            return self._store.append(operations, after)

        return await self._link.call(work)

    async def accepts(self) -> None:
        await self._link.call(self._link.check_room)

    async def read(self, after: Position, count: int, block_ms: int) -> Sequence[SimEntry]:
        if block_ms:
            self._on_read(after)
        loop = asyncio.get_running_loop()

        def look(answer: Callable[[Any], None]) -> None:
            try:
                answer(self._store.following(after, count))
            except LogBroken as error:
                answer(error)

        def start(answer: Callable[[Any], None]) -> None:
            def wake() -> None:
                end.cancel()
                look(answer)

            def stop() -> None:
                self._store.waiting = [one for one in self._store.waiting if one is not wake]
                answer([])

            end = loop.call_later(block_ms / 1_000, stop)
            is_behind = offset_key(self._store.head.offset) <= offset_key(after.offset)
            if block_ms and is_behind:
                self._store.waiting.append(wake)
            else:
                wake()

        page: Sequence[SimEntry] = await self._link.send(start)
        return page

    async def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[SimEntry]:
        for entry in await self._link.call(lambda: self._store.following(after, 1_000_000)):
            yield entry

    async def head(self) -> Position:
        return await self._link.call(lambda: self._store.head)

    async def confirmed(self) -> Position:
        return await self.head()

    async def length(self) -> int:
        return await self._link.call(lambda: len(self._store.entries))

    async def verify(self, position: Position) -> None:
        if not await self._link.call(lambda: self._store.holds(position)):
            raise LogBroken(f"entry {position.sequence} at {position.offset}", "none")

    async def newest_of(self, positions: Sequence[Position]) -> Position | None:
        def newest() -> Position | None:
            return next((one for one in reversed(positions) if self._store.holds(one)), None)

        return await self._link.call(newest)

    async def trim(self, before: Position) -> None:
        """Everything is archived, so nothing is out of reach."""
        await self._link.call(lambda: None)


def _decoded(encoded: bytes) -> Iterator[tuple[Operation, ...]]:
    """Yield the operations of each encoded part: parts are joined as bytes, as on a real log."""
    stream = io.BytesIO(encoded)
    while stream.tell() < len(encoded):
        yield pickle.load(stream)
