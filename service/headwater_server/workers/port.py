"""The port that all workers share; the parent holds it for as long as any worker runs."""

from __future__ import annotations

import asyncio
import errno
import socket

from headwater_server.api.listening import bind_once

RETRY_FOR_S = 5.0
RETRY_EVERY_S = 0.1


async def reserve(listen: str) -> tuple[socket.socket, str]:
    """Return a socket that holds the port of ``listen`` without accepting, and host:port.

    OSError if another program has the port: the workers would not notice, since they share it. The
    workers of a parent that was just killed get some time to release it.
    """
    end_s = asyncio.get_running_loop().time() + RETRY_FOR_S
    while True:
        try:
            return _held(listen)
        except OSError as error:
            if asyncio.get_running_loop().time() > end_s or error.errno != errno.EADDRINUSE:
                text = f"cannot listen on {listen}: {error.strerror}"
                raise OSError(error.errno, text) from error
        await asyncio.sleep(RETRY_EVERY_S)


def _held(listen: str) -> tuple[socket.socket, str]:
    host, _, port = listen.rpartition(":")
    family, _, _, _, address = socket.getaddrinfo(
        host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bind_once(family, address)  # alone: a worker would share it with any other program
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(address)
    return held, f"{host}:{held.getsockname()[1]}"
