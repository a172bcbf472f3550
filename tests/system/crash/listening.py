"""A port of our own, for a proxy between two others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

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
            writer.transport.abort()  # closing waits for a peer that may never read the rest
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 5)
        await asyncio.gather(*(one.wait_closed() for one in accepted), return_exceptions=True)


async def both_ways(
    there: Coroutine[Any, Any, None],
    back: Coroutine[Any, Any, None],
    *ends: asyncio.StreamWriter,
) -> None:
    """Pass on what comes, until one way ends or the caller is cancelled; then close all ends.

    They are closed before anything is waited for: the caller may be cancelled again meanwhile.
    """
    ways = [asyncio.create_task(there), asyncio.create_task(back)]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        for end in ends:
            end.transport.abort()  # nobody reads the rest
        raise
    finally:
        for end in ends:
            end.close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
