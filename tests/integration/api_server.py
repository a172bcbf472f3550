"""A real gRPC server on a free port, for the time of a test."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import grpc

from headwater_server.api.ports import Replica
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings


def somebody_listens(port: int) -> bool:
    """Say whether a connection to the port is taken."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port nobody listens on, below the range that outgoing connections take."""
    return next(p for p in random.sample(range(20_000, 32_000), 50) if not somebody_listens(p))


@asynccontextmanager
async def serving(
    replica: Replica, settings: ApiSettings | None = None, listen: str = ""
) -> AsyncIterator[str]:
    """Serve ``replica``, on a free port unless told; give the address."""
    listen = listen or f"127.0.0.1:{free_port()}"
    server = Server(replica, replace(settings or ApiSettings(stop_grace_s=0), listen=listen))
    await server.start()
    try:
        yield listen
    finally:
        await server.stop()


@asynccontextmanager
async def channel_to(
    replica: Replica, settings: ApiSettings | None = None
) -> AsyncIterator[grpc.aio.Channel]:
    """Serve ``replica``; give a plain channel to it."""
    async with serving(replica, settings) as listen, grpc.aio.insecure_channel(listen) as channel:
        yield channel
