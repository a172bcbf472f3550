"""Asks the nodes of a cluster which of them has the log; a catalogue is in one slot."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

from redis.crc import key_slot

from headwater_server.errors import StoreUnavailable
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.reasons import strongest
from headwater_server.storage.redis.servers import Servers
from headwater_server.storage.redis.store_url import Address, StoreUrl

OTHERS_S = 0.1  # after the first answer the others get so long: a node that is cut off is outvoted


class ClusterPrimary:
    """The node with the slot, by the answers of most nodes, or as a node has redirected."""

    moves = True

    def __init__(self, url: StoreUrl, catalogue: str, timeout_s: float) -> None:
        """Create it; nothing is sent yet. All nodes that the first answers name are asked later."""
        self._nodes = Servers(url.one, url.hosts, timeout_s)
        self._slot = key_slot(Keys(catalogue).log.encode())
        self._timeout_s = timeout_s
        self._known: Address | None = None
        self._asking: asyncio.Task[Address] | None = None

    async def address(self) -> Address:
        """See `Primary.address`."""
        if self._known is not None:
            return self._known
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._asked)
        return await asyncio.shield(self._asking)

    def _asked(self, asking: asyncio.Task[Address]) -> None:
        self._asking = None
        if not asking.cancelled() and asking.exception() is None:
            self._known = asking.result()

    def moved(self, address: Address) -> None:
        """See `Primary.moved`."""
        self._known = address
        self._nodes.add([address])

    def failed(self) -> None:
        """See `Primary.failed`."""
        self._known = None

    async def close(self) -> None:
        """See `Primary.close`."""
        if self._asking is not None:
            self._asking.cancel()
        await self._nodes.close()

    async def _ask(self) -> Address:
        found = await self._nodes.ask(
            ("CLUSTER", "SLOTS"), patience_s=self._timeout_s, others_s=OTHERS_S
        )
        votes: Counter[Address] = Counter()
        for answer in found:
            for first, last, address in _ranges(answer[0] if isinstance(answer, list) else ()):
                self._nodes.add([address])
                votes[address] += first <= self._slot <= last
        best = votes.most_common(1)
        if not best or not best[0][1]:
            raise self._unanswered(found)
        return best[0][0]

    def _unanswered(self, found: list[Any]) -> StoreUnavailable:
        if reason := strongest(found):
            return reason.error()
        if found:
            return StoreUnavailable(
                f"no node of the cluster has slot {self._slot} of this catalogue (CLUSTERDOWN): "
                "`CLUSTER INFO` on a node says why"
            )
        return StoreUnavailable("none of the cluster's nodes answers; nothing is acknowledged")


def _ranges(answer: Any) -> Iterator[tuple[int, int, Address]]:
    """Yield the slots of each primary; a node that knows no address of its own is left out.

    >>> list(_ranges([[0, 9, ["h", 1, "id"], ["replica", 2, "id"]], [10, 11, ["", 3, "id"]]]))
    [(0, 9, ('h', 1))]
    """
    for first, last, node, *_ in answer:
        host, port = node[0], node[1]
        if host and host != "?":
            yield int(first), int(last), (str(host), int(port))
