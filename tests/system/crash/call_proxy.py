"""Between a client and its server: answers are held back, and then lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.system.crash.listening import CHUNK_BYTES, listening


class CallProxy:
    """A proxy between a client and a server: answers can be held back, and then lost."""

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
            writer.close()  # before anything is waited for: `cut` may cancel again meanwhile
            server_writer.close()
            for way in (there, back):
                way.cancel()
            await asyncio.gather(there, back, return_exceptions=True)

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
