"""Asks sentinels which server is the primary: all of them, since one may be cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headwater_server.errors import StoreRefused, StoreUnavailable
from headwater_server.storage.redis.reasons import strongest
from headwater_server.storage.redis.servers import Servers
from headwater_server.storage.redis.store_url import Address, StoreUrl

CHECK_S = 0.25  # a primary that was cut off from its sentinels does not close our connections
OTHERS_S = 0.1  # after the first answer the others get so long: one may know of a newer primary
HOLD_S = 10.0
FAILOVER = "failover_in_progress"
DOWN = ("s_down", "o_down", "disconnected")


@dataclass(frozen=True, slots=True)
class View:
    """One sentinel's: where the primary is, since which failover, and whether one goes on."""

    address: Address
    epoch: int
    is_replaced: bool
    is_down: bool


class SentinelPrimary:
    """The primary of ``url.service``, by the sentinel that knows of the latest failover."""

    moves = True

    def __init__(self, url: StoreUrl, timeout_s: float) -> None:
        """Create it; nothing is sent yet."""
        self._sentinels = Servers(url.sentinel, url.hosts, timeout_s)
        self._service = url.service
        self._timeout_s = timeout_s
        self._known: Address | None = None
        self._check_s = self._hold_until_s = 0.0
        self._checking: asyncio.Task[Address] | None = None

    async def address(self) -> Address | None:
        """See `Primary.address`. While one is known, asking delays nobody."""
        now_s = asyncio.get_running_loop().time()
        checking = self._checking
        if checking is None and (self._known is None or now_s >= self._check_s):
            self._check_s = now_s + CHECK_S
            checking = self._checking = asyncio.create_task(self._ask())
            checking.add_done_callback(self._checked)
        if self._known is not None or checking is None:
            return self._known
        return await asyncio.shield(checking)

    def _checked(self, checking: asyncio.Task[Address]) -> None:
        self._checking = None
        if not checking.cancelled() and checking.exception() is None:
            self._known = checking.result()

    def moved(self, address: Address) -> None:
        """Ignore it: no server behind sentinels redirects."""

    def failed(self) -> None:
        """See `Primary.failed`."""
        self._known = None

    async def close(self) -> None:
        """See `Primary.close`."""
        if self._checking is not None:
            self._checking.cancel()
        await self._sentinels.close()

    async def _ask(self) -> Address:
        found = await self._sentinels.ask(
            ("SENTINEL", "MASTER", self._service),
            ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._service),
            patience_s=self._timeout_s,
            others_s=OTHERS_S,
        )
        views = [_view(*answers) for answers in found if isinstance(answers, list)]
        if not views:
            raise _unanswered(found, self._service)
        newest = max(view.epoch for view in views)
        views = [view for view in views if view.epoch == newest]
        self._wait_for_failover(views)
        return min(views, key=lambda view: view.is_down).address

    def _wait_for_failover(self, views: Sequence[View]) -> None:
        """Raise while the sentinels replace the primary: what it takes now may be lost.

        Only for some seconds: a failover that does not succeed must not stop all writes.
        """
        now_s = asyncio.get_running_loop().time()
        if not any(view.is_replaced for view in views):
            self._hold_until_s = 0.0
            return
        self._hold_until_s = self._hold_until_s or now_s + HOLD_S
        if now_s < self._hold_until_s:
            self._known = None
            raise StoreUnavailable(
                "the sentinels replace the primary; nothing is acknowledged until they have done it"
            )


def _view(master: list[str], address: list[str]) -> View:
    """Return what a sentinel says. After it has promoted a replica, only the address is new."""
    state = dict(zip(master[::2], master[1::2], strict=True))
    flags, now = state.get("flags", ""), (address[0], int(address[1]))
    is_promoted = now != (state.get("ip"), int(state.get("port", 0)))
    return View(
        now,
        int(state.get("config-epoch", 0)),
        is_replaced=FAILOVER in flags and not is_promoted,
        is_down=any(flag in flags for flag in DOWN),
    )


def _unanswered(found: Sequence[Any], service: str) -> StoreUnavailable:
    """Return the reason why no sentinel names a primary, by what the first of them said."""
    if any("No such master" in str(answer) for answer in found):
        return StoreRefused(
            f"the sentinels know no primary with the name {service}: correct it in redis_url, or "
            f"run `SENTINEL MONITOR {service} HOST PORT QUORUM` on each of them"
        )
    reason = strongest(found)
    if reason is None:
        return StoreUnavailable("none of the sentinels answers; nothing is acknowledged")
    return reason.kind(
        f"no sentinel names the primary; of one of them: {reason.text}. For sentinels, "
        "redis_url has sentinel_username, sentinel_password and sentinel_tls behind its ?"
    )
