"""The port that all workers share, held by the parent from before the first to after the last."""

from __future__ import annotations

import os
import socket
from typing import Any


def reserve(listen: str) -> tuple[socket.socket, str]:
    """Return a socket that holds the port of ``listen`` and takes no connections, and host:port.

    OSError if somebody else has the port: the workers would not notice, since they share it.
    """
    host, _, port = listen.rpartition(":")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        _probe(family, address)
        held = socket.socket(family, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(address)
    except OSError as error:
        text = f"cannot listen on {listen}: {os.strerror(error.errno or 0)}"
        raise OSError(error.errno, text) from error
    return held, f"{host}:{held.getsockname()[1]}"


def _probe(family: int, address: Any) -> None:
    """Bind as one that shares with nobody."""
    with socket.socket(family, socket.SOCK_STREAM) as alone:
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind(address)
