"""`headwater serve --gateway`: a real server and a real Envoy, for the tests of one file."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from headwater_server.cli.demo.server_process import ServerFailedError
from tests.integration.waiting import PATIENCE_S
from tests.system.crash.server import Server

GATEWAY_READY = re.compile(r"headwater gateway ready on (\S+)")
KEY = "a-backend-key-of-the-shop"
READ_KEY = "a-key-that-only-looks"
PAGE_KEY = "a-page-key-of-the-shop"
PAGE = "https://shop.example"  # an origin that is allowed
BEARER = {"authorization": f"Bearer {KEY}"}


class GatewayServer(Server):
    """A server with keys and its gateway; ``url`` is the gateway's."""

    def __init__(self, path: Path, *flags: str) -> None:
        backends = f"{KEY},{READ_KEY};scopes=read"
        keys = ("--keys", backends, "--page-keys", f"{PAGE_KEY};scopes=feedback+recommend")
        own = ("--gateway", "127.0.0.1:0", "--gateway-origins", PAGE, "--gateway-log-calls")
        super().__init__(path, *keys, *own, *flags)
        self.data_dir = path
        self.url = ""

    async def _ready(self, process: asyncio.subprocess.Process) -> str:
        address = await super()._ready(process)
        assert process.stdout is not None
        while line := await process.stdout.readline():
            if match := GATEWAY_READY.search(line.decode()):
                self.url = match[1]
                return address
        raise ServerFailedError(self._last_words("never had a gateway"))

    @property
    def host(self) -> str:
        """The gateway's host:port."""
        return self.url.removeprefix("http://")

    def envoy(self) -> psutil.Process:
        """Return the running Envoy."""
        children = psutil.Process(self.pid).children()
        return next(one for one in children if "--disable-hot-restart" in one.cmdline())

    def kill_envoy(self) -> None:
        """End it as a crash would."""
        os.kill(self.envoy().pid, signal.SIGKILL)

    def access_log(self) -> list[dict[str, object]]:
        """Return what Envoy has logged so far."""
        lines = (line for line in self.log.splitlines() if line.startswith("{"))
        return [entry for entry in map(json.loads, lines) if "bytes_sent" in entry]


@contextmanager
def gateway_server(factory: pytest.TempPathFactory, *flags: str) -> Iterator[GatewayServer]:
    """Run one for all tests of a file, whatever loop they have."""
    server = GatewayServer(factory.mktemp("gateway"), *flags)
    with asyncio.Runner() as runner:
        runner.run(server.start())
        try:
            yield server
        finally:
            runner.run(server.stop())


@asynccontextmanager
async def caller(server: GatewayServer, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the gateway that sends the backend's key."""
    headers = BEARER | headers
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, timeout=PATIENCE_S
    ) as client:
        yield client


def framed(message: bytes) -> bytes:
    """Return a message as gRPC-Web sends it."""
    return struct.pack(">BI", 0, len(message)) + message


def unframed(body: bytes) -> list[tuple[int, bytes]]:
    """Return the frames of an answer: (0, message) and (128, trailers)."""
    frames = []
    while body:
        kind, size = struct.unpack_from(">BI", body)
        frames.append((kind, body[5 : 5 + size]))
        body = body[5 + size :]
    return frames
