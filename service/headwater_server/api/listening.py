"""Whether a server can listen at an address: asked before anything slow, and with one reason."""

from __future__ import annotations

import errno
import socket
from typing import Any

_REASONS = {
    errno.EADDRINUSE: "another program listens there; stop it, or choose another port",
    errno.EADDRNOTAVAIL: "it is no address of this machine",
    errno.EACCES: "this user may not use the port; choose one of 1024 and above",
}


def check_listening(listen: str, *, shared: bool = False) -> None:
    """Raise OSError with the reason why nobody can listen at ``host:port`` now.

    ``shared``: several programs may have the port (SO_REUSEPORT), if all of them ask for that.
    """
    host, _, port = listen.rpartition(":")
    try:
        found = socket.getaddrinfo(
            host.strip("[]") or None, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError:
        raise OSError(f"cannot listen on {listen}: the host has no address") from None
    errors = [error for one in found if (error := _refusal(one[0], one[4], shared=shared))]
    if len(errors) == len(found):
        number = errors[0].errno
        reason = _REASONS.get(number or 0, errors[0].strerror)
        raise OSError(number, f"cannot listen on {listen}: {reason}")


def _refusal(family: int, address: tuple[object, ...], *, shared: bool) -> OSError | None:
    try:
        bind_once(family, address, shared=shared)
    except OSError as error:
        return error
    return None


def bind_once(family: int, address: Any, *, shared: bool = False) -> None:
    """Raise OSError if a socket cannot be bound to the address; nothing stays bound."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        probe.bind(address)
