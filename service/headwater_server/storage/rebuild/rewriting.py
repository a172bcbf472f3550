"""Rewrites log and archive without operations of erased profiles; offsets and chain stay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from headwater_server.replica.faults import LogBroken
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.segment import read_segment, write_segment
from headwater_server.storage.codecs.raw import Raw, check_content, content_mark
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.stream import PAGE_BYTES, Stream
from headwater_server.storage.rebuild.erased import Erased
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Argument
from headwater_server.storage.redis.store_errors import good
from headwater_server.storage.storage import Storage


@dataclass(slots=True)
class Rewritten:
    """How much this run changed."""

    erased: Erased = field(default_factory=Erased)
    entries: set[int] = field(default_factory=set)
    operations: int = 0
    files: int = 0

    def note(self, entry: Raw, removed: int) -> None:
        """Count an entry; an entry on the log and in the archive counts once."""
        if removed and entry.position.sequence not in self.entries:
            self.entries.add(entry.position.sequence)
            self.operations += removed


class Rewriting:
    """Every step can be killed and repeated: what is rewritten already stays unchanged."""

    def __init__(self, storage: Storage) -> None:
        """Create it; `run` reads and writes."""
        self._store = storage.store
        self._archive = storage.archive
        self._keys = Keys(storage.settings.catalogue)
        self._stream = Stream(storage.store, self._keys)
        self._swap = Script("swap.lua", "headwater_server.storage.rebuild")
        self._done = Rewritten()

    async def run(self) -> Rewritten:
        """Rewrite the archive, then the log. No replica may be running."""
        async for entry in self._all():
            self._done.erased.collect(entry)
        if self._archive is not None:
            with self._archive.locked() as ours:
                if not ours:
                    raise LogBroken("an unlocked archive", "a process that writes to it")
                for path in self._archive.files():
                    await asyncio.to_thread(self._rewrite_file, self._archive, path)
        if await self._copy():
            await self._put_in_place()
        return self._done

    async def _all(self) -> AsyncIterator[Raw]:
        for path in self._archive.files() if self._archive else []:
            for entry in await asyncio.to_thread(read_segment, path):
                yield entry
        async for entry in self._stream.entries("0-0"):
            yield entry

    def _rewrite_file(self, archive: Archive, path: Path) -> None:
        rewritten = [self._done.erased.without(entry) for entry in read_segment(path)]
        if any(removed for _, removed in rewritten):
            write_segment(archive.path, [entry for entry, _ in rewritten])
            self._done.files += 1
        for entry, removed in rewritten:
            self._done.note(entry, removed)

    async def _copy(self) -> bool:
        """Write a rewritten copy of the log; return whether it differs."""
        await self._store.call("UNLINK", self._keys.rewritten)
        page: list[tuple[Argument, ...]] = []
        size, differs = 0, False
        async for entry in self._stream.entries("0-0"):
            check_content(entry)  # a new hash must not hide a changed entry
            kept, removed = self._done.erased.without(entry)
            self._done.note(entry, removed)
            differs = differs or removed > 0
            page.append(self._command(kept))
            size += len(kept.payload)
            if size > PAGE_BYTES:
                await self._write(page)
                page, size = [], 0
        await self._write(page)
        return differs

    def _command(self, entry: Raw) -> tuple[Argument, ...]:
        offset, sequence = entry.position.offset, entry.position.sequence
        mark = content_mark(offset, sequence, entry.previous, entry.payload)
        at = ("XADD", self._keys.rewritten, offset)
        return (*at, "n", sequence, "p", entry.previous, "e", entry.payload, "s", mark)

    async def _write(self, page: list[tuple[Argument, ...]]) -> None:
        for answer in await self._store.call_all(page):
            good(answer)

    async def _put_in_place(self) -> None:
        head = await self._stream.head()
        keys = (self._keys.log, self._keys.head, self._keys.rewritten)
        if not await self._swap.run(self._store, keys, (head.offset,)):
            raise LogBroken(
                f"a log that stays at entry {head.sequence}", "one that grows: stop all servers"
            )
