"""The network between a store, its replicas, its sentinels and our servers: it can be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.system.crash.listening import CHUNK_BYTES, both_ways, listening

REPLICAS = (b"REPLCONF", b"PSYNC")  # what they say first
SENTINELS = b"sentinel"


class Network:
    """All that goes to one server. What is cut off is silent: nothing is closed or arrives."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: set[asyncio.Task[None]] = set()
        self._whole = asyncio.Event()
        self._whole.set()
        self._spares_servers = False
        self._spared = b""

    def cut(self, *, spares_servers: bool = False, spared: str = "") -> None:
        """Let nothing through; but our own servers, and the replica that says ``spared``."""
        self._spares_servers, self._spared = spares_servers, spared.encode()
        self._whole.clear()

    def heal(self) -> None:
        """Let all through again. Connections of before are gone, as after a time-out."""
        for one in list(self._open):
            one.cancel()
        self._whole.set()

    async def close(self) -> None:
        """End all connections; return when both of their ends are closed."""
        ending = list(self._open)
        self.heal()
        await asyncio.gather(*ending, return_exceptions=True)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        try:
            with suppress(OSError):
                there_reader, there = await asyncio.open_connection("127.0.0.1", self._port)
                said: list[bytes] = []
                await both_ways(
                    self._pump(reader, there, said),
                    self._pump(there_reader, writer, said),
                    there,
                )
        except asyncio.CancelledError:
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _pump(self, reader, writer, said: list[bytes]) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                if len(said) < 8:
                    said.append(data)
                if not self._whole.is_set() and not self._is_spared(said):
                    await self._whole.wait()
                writer.write(data)
                await writer.drain()

    def _is_spared(self, said: list[bytes]) -> bool:
        words = b"".join(said)
        if any(word in words for word in REPLICAS):
            return bool(self._spared) and self._spared in words
        return self._spares_servers and SENTINELS not in words


@asynccontextmanager
async def network_to(port: int) -> AsyncIterator[tuple[Network, int]]:
    """Yield the network to a server, and the port that leads through it."""
    network = Network(port)
    async with listening(network.connect) as own:
        try:
            yield network, own
        finally:
            await network.close()
