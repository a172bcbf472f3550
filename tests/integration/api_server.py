"""A real gRPC server on a free port, for the time of a test."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import cycle

import grpc

from headwater_server.api.ports import Replica
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings
from tests.integration.waiting import PATIENCE_S

WORKERS_MAX = 8


def somebody_listens(port: int) -> bool:
    """Say whether a connection to the port is taken."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _ports() -> Iterator[int]:
    """Give this process's share of the ports below those that outgoing connections take.

    None twice, and none of another process of the run: a program that is to listen on one may
    need half a minute to start.
    """
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = list(range(20_000 + number % WORKERS_MAX, 32_000, WORKERS_MAX))
    random.shuffle(share)
    return cycle(share)


PORTS = _ports()


def free_port() -> int:
    """Return a port nobody listens on, nor anybody is about to."""
    return next(port for port in PORTS if not somebody_listens(port))


@asynccontextmanager
async def serving(
    replica: Replica, settings: ApiSettings | None = None, listen: str = ""
) -> AsyncIterator[str]:
    """Serve ``replica``, on a free port by default; return the address."""
    listen = listen or f"127.0.0.1:{free_port()}"
    settings = settings or ApiSettings(stop_grace_s=0)
    if settings.overload_lag_ms == ApiSettings.overload_lag_ms:
        settings = replace(settings, overload_lag_ms=1_000 * PATIENCE_S)  # not of the test's making
    server = Server(replica, replace(settings, listen=listen))
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
