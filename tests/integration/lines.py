"""A TCP proxy to a server, whose connections can fall silent: a network that drops everything."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

CHUNK_BYTES = 65_536


class Line:
    """Forwards connections of a free port to ``address``, each with two threads."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._there = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._silenced: set[socket.socket] = set()
        self._threads = [Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return "{}:{}".format(*self._listener.getsockname())

    def silence(self) -> None:
        """Swallow all that the present connections carry from now on; new ones work."""
        self._silenced.update(self._sockets)

    def close(self) -> None:
        """Cut all connections, and take no more."""
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in (self._listener, *self._sockets):
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                caller, _ = self._listener.accept()
                server = socket.create_connection(self._there)
                self._sockets += [caller, server]
                for one, other in ((caller, server), (server, caller)):
                    pump = Thread(target=self._pump, args=(one, other))
                    self._threads.append(pump)
                    pump.start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(CHUNK_BYTES):
                if one not in self._silenced:
                    other.sendall(data)
            if one not in self._silenced:
                other.shutdown(socket.SHUT_WR)


@contextmanager
def line_to(address: str) -> Iterator[Line]:
    """Forward a free port to ``address``."""
    line = Line(address)
    try:
        yield line
    finally:
        line.close()
