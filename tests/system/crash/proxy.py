"""A cable that breaks at the worst instant: the call went through, its answer is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.system.crash.resp import Commands

CHUNK_BYTES = 65_536


class StoreProxy:
    """Stands between a server and its store, and knows the calls of each kind that pass.

    Once `cut_after` is told a kind, the next call of that kind (or the one ``skip`` after it)
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
        there = asyncio.create_task(self._there(reader, store_writer, cutting))
        back = asyncio.create_task(self._back(store_reader, writer, cutting))
        await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        for task in (there, back):
            task.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
        writer.close()
        store_writer.close()

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


class CallProxy:
    """Stands between a client and a server: answers can be held back, and then lost."""

    def __init__(self, address: str) -> None:
        self._host, _, self._port = address.rpartition(":")
        self._passing = asyncio.Event()
        self._passing.set()
        self._connections: set[asyncio.Task[None]] = set()
        self.held = 0
        self.address = ""

    def hold(self) -> None:
        """Let no answer through from now on; requests go on."""
        self._passing.clear()

    async def cut(self) -> None:
        """Close every connection, with the answers that were held back; new ones are good."""
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self.held = 0
        self._passing.set()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of a client's."""
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        server_reader, server_writer = await asyncio.open_connection(self._host, self._port)
        there = asyncio.create_task(self._pass(reader, server_writer))
        back = asyncio.create_task(self._pass_back(server_reader, writer))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            for way in (there, back):
                way.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            writer.close()
            server_writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK_BYTES):
            if not self._passing.is_set():
                self.held += len(data)
            await self._passing.wait()
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def call_proxy(address: str) -> AsyncIterator[CallProxy]:
    """Listen on a free port for clients, and speak to the server at ``address``."""
    proxy = CallProxy(address)
    async with listening(proxy.connect) as port:
        proxy.address = f"127.0.0.1:{port}"
        yield proxy
        await proxy.cut()


@asynccontextmanager
async def listening(connect) -> AsyncIterator[int]:
    """Serve connections on a free port; yield it."""
    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 5)
