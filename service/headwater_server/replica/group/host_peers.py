"""The other replicas of this host: before one acknowledges a write, all have learned it."""

from __future__ import annotations

import asyncio
from typing import Protocol

CHECK_EVERY_S = 0.0005


class HostPeers(Protocol):
    """How many entries the live replicas of one host have applied; read from shared memory."""

    def applied(self, sequence: int) -> None:
        """Report that this replica's state contains the entry with this number."""

    def all_applied(self, sequence: int) -> bool:
        """Whether the other live replicas have applied it too."""

    def rejoin(self) -> None:
        """Report that this replica applies entries again."""

    def leave(self) -> None:
        """Report that this replica applies no more entries."""


async def caught_up(host_peers: HostPeers, sequence: int, patience_s: float) -> None:
    """Return when the peers have applied the entry, or after ``patience_s``."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + patience_s
    while not host_peers.all_applied(sequence) and loop.time() < end_s:  # noqa: ASYNC110 - other processes
        await asyncio.sleep(CHECK_EVERY_S)
