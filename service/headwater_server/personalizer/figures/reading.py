"""Keeps figures up to date with the log, and a checkpoint of them in the store.

The figures are a function of the log alone. So any process that reads the same log shows the same
ones; the checkpoint saves reading, and outlives entries that are trimmed. Any process that has read
more overwrites it: each is right.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import structlog

from headwater_server.errors import HeadwaterError
from headwater_server.personalizer.figures.fold import Figures
from headwater_server.personalizer.figures.opening import LogOpening
from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.replica.ports.position import NUMBERED, START, Position, time_ms_of
from headwater_server.storage.codecs.stored_entry import StoredEntry
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.storage import Storage

PAGE = 200
AT_ONCE = 20
"""Entries between which other tasks run."""
EVERY_S = 20.0
CHECKPOINT_ENTRIES = 5_000
# what is on the log may have been written by any build: a sum that fails is a problem to log, too
_PROBLEMS = (HeadwaterError, UnreadableEntry, LogBroken, OSError, ArithmeticError, ValueError)
_log = structlog.get_logger(__name__)


class FigureReader:
    """The figures of one catalogue, for all calls of a process."""

    def __init__(self, opening: LogOpening, store: Store, catalogue: str) -> None:
        """Read the log that ``opening`` opens; ``store`` has the checkpoint."""
        self._opening, self._store = opening, store
        self._key = Keys(catalogue).personalizer_figures
        self._figures: Figures | None = None
        self._written = 0
        self._reading = asyncio.Lock()

    async def current(self) -> Figures:
        """Return the figures up to the last entry that the store has confirmed."""
        async with self._reading:
            storage = await self._opening.get()
            try:
                return await self._read(storage)
            except LogBroken:  # trimmed, or the log lost its end: what was read is not its past
                self._figures = None
                return await self._read(storage, again=True)

    async def span(self) -> tuple[int, int] | None:
        """Return the times of the first entry that is kept and of the last one; None without."""
        stream = (await self._opening.get()).stream
        first, last = await stream.first(), await stream.last()
        if first is None or last is None:
            return None
        return time_ms_of(first.position.offset), time_ms_of(last.position.offset)

    async def watch(self) -> None:
        """Read from time to time, so that nothing is trimmed unread. Until cancelled."""
        failing = False
        while True:
            try:
                await self.current()
                failing = False
            except _PROBLEMS as error:
                if not failing:
                    why = str(error) or type(error).__name__
                    _log.warning("figures of the Personalizer API are not read", why=why)
                failing = True
            await asyncio.sleep(EVERY_S)

    async def _read(self, storage: Storage, *, again: bool = False) -> Figures:
        figures = self._figures
        if figures is None or not await _is_past(storage, figures.position):
            figures = await self._begin(storage, again=again)
        self._figures = figures
        while entries := await storage.log.read(figures.position, PAGE, 0):
            for place, entry in enumerate(entries, start=1):
                figures.take(cast("StoredEntry", entry))  # as all of our logs give
                if place % AT_ONCE == 0:
                    await asyncio.sleep(0)
            if figures.position.sequence - self._written >= CHECKPOINT_ENTRIES:
                await self._write(figures)
        return figures

    async def _begin(self, storage: Storage, *, again: bool) -> Figures:
        """Return figures to go on with: from the checkpoint, else from the oldest entry."""
        figures = await self._restored(storage) or Figures()
        first = await storage.stream.first() if again else None
        if first is not None and figures.position.sequence + 1 < first.position.sequence:
            number = first.position.sequence - 1
            figures.position = Position(first.previous or f"{number}{NUMBERED}0", number)
        return figures

    async def _restored(self, storage: Storage) -> Figures | None:
        raw = await self._store.call("GET", self._key)
        if raw is None:
            return None
        try:
            kept: dict[str, Any] = json.loads(raw)
            figures = Figures.restored(kept)
            read = Position(*kept["position"])
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.warning("figures are read again from the log: their checkpoint cannot be used")
            return None
        if not await _is_past(storage, read):  # lost in a failover, or another log
            return None
        self._written = read.sequence
        return figures

    async def _write(self, figures: Figures) -> None:
        """Write the checkpoint."""
        if figures.is_behind:
            return
        text = json.dumps(figures.kept(), allow_nan=False, separators=(",", ":"))
        await self._store.call("SET", self._key, text)
        self._written = figures.position.sequence

    async def close(self) -> None:
        """Write what was read, so that the next process need not read it."""
        if self._figures is not None and self._figures.position.sequence > self._written:
            with suppress(HeadwaterError):
                await self._write(self._figures)


async def _is_past(storage: Storage, position: Position) -> bool:
    """Return whether the log has, or had, this very entry."""
    return position == START or await storage.log.newest_of([position]) is not None


@asynccontextmanager
async def reading(opening: LogOpening, store: Store, catalogue: str) -> AsyncIterator[FigureReader]:
    """Give a reader that reads in the background until the block ends."""
    reader = FigureReader(opening, store, catalogue)
    task = asyncio.create_task(reader.watch())
    try:
        yield reader
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await reader.close()
        await opening.close()
