"""Where the log is now: at one server, or at the one that sentinels or a cluster name."""

from __future__ import annotations

from typing import Protocol

from headwater_server.storage.redis.store_url import Address


class Primary(Protocol):
    """The server that takes writes. Connections to any other one are closed."""

    moves: bool
    """Whether another server may take over, so that a refusal by one is worth another try."""

    async def address(self) -> Address | None:
        """Return where it is, None where the URL says it all; an error of redis-py if unknown."""

    def moved(self, address: Address) -> None:
        """Record what a node of a cluster has answered."""

    def failed(self) -> None:
        """Record that it does not answer, or is no primary: look again the next time."""

    async def close(self) -> None:
        """Close the connections that ask for it."""


class OnePrimary:
    """The server of the URL; or, if it is a node of a cluster, the node that it names."""

    moves = False

    def __init__(self) -> None:
        """Begin with the URL's."""
        self._address: Address | None = None

    async def address(self) -> Address | None:
        """See `Primary.address`."""
        return self._address

    def moved(self, address: Address) -> None:
        """See `Primary.moved`."""
        self._address = address

    def failed(self) -> None:
        """See `Primary.failed`."""
        self._address = None

    async def close(self) -> None:
        """See `Primary.close`."""
