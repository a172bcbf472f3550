"""The other replicas of this host: whichever is asked next has learned what one acknowledges."""

from __future__ import annotations

import asyncio
from typing import Protocol

LOOK_EVERY_S = 0.0005


class HostPeers(Protocol):
    """How far the live replicas of one host are, in entries; looked up without asking anybody."""

    def applied(self, sequence: int) -> None:
        """Say that this replica's state holds the entry with this number."""

    def level(self, sequence: int) -> bool:
        """Whether the others that live hold it too."""

    def leave(self) -> None:
        """Say that nothing will be applied here any more."""


async def caught_up(host_peers: HostPeers, sequence: int, patience_s: float) -> None:
    """Return when the peers hold the entry, or when the time is over."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + patience_s
    while not host_peers.level(sequence) and loop.time() < end_s:  # noqa: ASYNC110 - other processes
        await asyncio.sleep(LOOK_EVERY_S)
