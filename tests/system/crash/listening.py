"""A port of our own, for a proxy between two others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK_BYTES = 65_536


@asynccontextmanager
async def listening(connect) -> AsyncIterator[int]:
    """Serve connections on a free port; yield it."""
    accepted: list[asyncio.StreamWriter] = []

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        accepted.append(writer)  # a task that is cancelled before it begins closes nothing
        return connect(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in accepted:
            writer.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 5)
