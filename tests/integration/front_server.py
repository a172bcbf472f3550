"""A server of each kind below the API, with methods of a test, for the time of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc

from headwater_server.api.front.completion_queue_server import CompletionQueueServer
from headwater_server.api.front.front import front_of
from headwater_server.api.settings import ApiSettings

KINDS = ("completion_queue", "asyncio")
SERVICE = "test.Service"
FIXED_WINDOW = [("grpc.http2.bdp_probe", 0)]


@asynccontextmanager
async def front(
    kind: Any, handlers: Mapping[str, Any], *, options: Any = (), grace_s: float | None = 0
) -> AsyncIterator[tuple[Any, grpc.aio.Channel]]:
    """Serve methods; give the server and a channel to it."""
    server = front_of(ApiSettings(grpc_server=kind), options)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", FIXED_WINDOW) as channel:
            yield server, channel
    finally:
        await server.stop(grace_s)
        if isinstance(server, CompletionQueueServer):
            assert server.calls == 0


def path(name: str) -> str:
    """Return a method's path."""
    return f"/{SERVICE}/{name}"
