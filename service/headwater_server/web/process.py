"""The web process: uvicorn on a port, until a signal stops it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

STOP_TIMEOUT_S = 5
BACKLOG = 1024


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn's handler would end a clean stop as if it were killed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield


async def serve(app: ASGIApp, listen: str, on_ready: Callable[[str], None]) -> None:
    """Serve ``app`` on host:port (0: a free one) until SIGTERM or SIGINT. Raises OSError."""
    host, _, port = listen.rpartition(":")
    listener = _bound(host.strip("[]"), int(port))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
        # the gateway sends the caller's address; no other sender is trusted
        proxy_headers=False,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not (server.started or serving.done()):  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    if server.started:
        on_ready(f"{host}:{listener.getsockname()[1]}")
    await serving


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    listener.setblocking(False)
    return listener
