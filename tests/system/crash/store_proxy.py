"""Between a server and its store, a cable that breaks when a call is done and not answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.system.crash.listening import CHUNK_BYTES, both_ways, listening
from tests.system.crash.resp import Commands


class StoreProxy:
    """A proxy between a server and its store that knows the calls of each kind that pass.

    Once `cut_after` gets a kind, the next call of that kind (or the one ``skip`` after it)
    reaches the store; when its answer comes, the connection is closed instead.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._kind = ""
        self._skip = 0
        self.calls: Counter[str] = Counter()
        self.cuts: Counter[str] = Counter()
        self.url = ""

    def cut_after(self, kind: str, skip: int = 0) -> None:
        """Lose the answer of one call to come; one cut at a time."""
        self._kind, self._skip = kind, skip

    @property
    def is_armed(self) -> bool:
        """Whether the cut is still to come."""
        return bool(self._kind)

    def disarm(self) -> None:
        """Cut nothing any more."""
        self._kind = ""

    def _is_cut(self, kind: str) -> bool:
        self.calls[kind] += 1
        if kind != self._kind:
            return False
        self._skip -= 1
        return self._skip < 0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the server's."""
        store_reader, store_writer = await asyncio.open_unix_connection(str(self._store / "s"))
        cutting: list[str] = []
        await both_ways(
            self._there(reader, store_writer, cutting),
            self._back(store_reader, writer, cutting),
            writer,
            store_writer,
        )

    async def _there(
        self, reader: asyncio.StreamReader, store: asyncio.StreamWriter, cutting: list[str]
    ) -> None:
        commands = Commands()
        while data := await reader.read(CHUNK_BYTES):
            kinds = commands.feed(data)
            cutting += [kind for kind in kinds if self._is_cut(kind)]
            if cutting:
                self.disarm()
            store.write(data)
            await store.drain()

    async def _back(
        self, store: asyncio.StreamReader, writer: asyncio.StreamWriter, cutting: list[str]
    ) -> None:
        while data := await store.read(CHUNK_BYTES):
            if cutting:  # it happened, for this is its answer; nobody will see it
                self.cuts[cutting[0]] += 1
                return
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def store_proxy(store: Path) -> AsyncIterator[StoreProxy]:
    """Listen on a free port for the server, and speak to the store's socket in ``store``."""
    proxy = StoreProxy(store)
    async with listening(proxy.connect) as port:
        proxy.url = f"redis://127.0.0.1:{port}/0"
        yield proxy
