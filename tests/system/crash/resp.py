"""Which commands pass on a connection to Redis, read from its bytes."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

WITH_SUBCOMMAND = {"CONFIG", "SCRIPT", "CLIENT", "COMMAND", "XINFO"}


def scripts() -> dict[str, str]:
    """Return the names of the server's Lua scripts by what EVALSHA calls them."""
    found = Path(str(files("headwater_server.storage"))).rglob("*.lua")
    return {
        hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest(): path.name
        for path in found
    }


class Commands:
    """Takes a connection's bytes as they come, and says which commands are complete.

    >>> commands = Commands()
    >>> commands.feed(b"*2\\r\\n$4\\r\\nXLEN\\r\\n$1"), commands.feed(b"\\r\\na\\r\\n")
    ([], ['XLEN'])
    """

    def __init__(self) -> None:
        self._bytes = b""
        self._scripts = scripts()

    def feed(self, data: bytes) -> list[str]:
        """Return the kind of each command that ends in ``data``."""
        self._bytes += data
        kinds = []
        while command := self._next():
            kinds.append(self._kind(command))
        return kinds

    def _next(self) -> list[bytes]:
        """Take one command off the front; [] when it is not all there."""
        head, found, _ = self._bytes.partition(b"\r\n")
        if not found:
            return []
        assert head[:1] == b"*", head[:20]
        place, parts = len(head) + 2, []
        for _ in range(int(head[1:])):
            end = self._bytes.find(b"\r\n", place)
            if end < 0:
                return []
            size = int(self._bytes[place + 1 : end])
            start, place = end + 2, end + 2 + size + 2
            if len(self._bytes) < place:
                return []
            parts.append(self._bytes[start : start + size])
        self._bytes = self._bytes[place:]
        return parts

    def _kind(self, command: list[bytes]) -> str:
        name = command[0].decode().upper()
        if name == "EVALSHA":
            return f"EVALSHA {self._scripts.get(command[1].decode(), '?')}"
        if name in WITH_SUBCOMMAND:
            return f"{name} {command[1].decode().upper()}"
        if len(command) < 2 or not command[1].startswith(b"hw:"):
            return name
        key = command[1].decode().split("}:", 1)[-1].split(":", 1)[0]
        return f"{name} {key}"
