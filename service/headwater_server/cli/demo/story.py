"""The scenes of the demo: serve, a new visitor, kill and restart, drift, summary."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from headwater import AsyncClient
from headwater_server.cli.demo.crowd import Crowd
from headwater_server.cli.demo.feed import Feed
from headwater_server.cli.demo.meters import TENTHS, Meters
from headwater_server.cli.demo.newcomer import show_newcomer
from headwater_server.cli.demo.past import PastBatches
from headwater_server.cli.demo.restart import Restart, kill_and_restart
from headwater_server.cli.demo.screen import Screen
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.cli.demo.summary import sum_up, verdict

ITEMS_AT_ONCE = 500
REFRESH_S = 0.25
LIVE_MIN = 0.3  # share of the time that the live part gets, however long the past is
OVERTIME_MAX = 2.0  # a slow machine may take longer by this factor to play the file to its end
NEW_VISITOR_AT, KILL_AT, DRIFT_AT = 0.25, 0.4, 0.5  # shares of the time
Scene = tuple[float, Callable[[], Awaitable[None]]]


@dataclass
class Story:
    """One run of the demo against one server."""

    server: ServerProcess
    crowd: Crowd
    screen: Screen
    meters: Meters
    serving_s: float
    kills: int = 1
    restarts: list[Restart] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._feed = Feed(self.crowd.arrivals(), self.meters, self._tenth)
        self._began_s = time.monotonic()
        self._past = PastBatches(self.crowd, self.screen, self._live_s)
        self._live = self.crowd.left

    async def play(self) -> bool:
        """Play all scenes; return whether the server kept every promise."""
        self.screen.happen(f"server ready on {self.server.address}; serving {self.crowd.name}")
        await self._fill_catalogue()
        await self._send_past()
        ticker = asyncio.create_task(self._tick())
        try:
            for share, scene in self._scenes():
                await self._serve_until(share)
                await scene()
        finally:
            ticker.cancel()
        self.screen.refresh(TENTHS)
        sum_up(self.screen, self.meters, self.crowd, self._served(), self.restarts)
        return all(restart.is_whole for restart in self.restarts)

    def _scenes(self) -> list[Scene]:
        scenes: list[Scene] = [(NEW_VISITOR_AT, self._new_visitor), (DRIFT_AT, self._drift)]
        scenes += [((n + KILL_AT) / self.kills, self._kill) for n in range(self.kills)]
        return [*sorted(scenes, key=lambda scene: scene[0]), (1.0, self._end)]

    def _share(self) -> float:
        """Return the share of the live part that is done: of its events, or of the time."""
        elapsed_s = self.meters.elapsed_s()
        if self._live is None:
            return elapsed_s / self.serving_s
        return max(self._feed.arrived / max(1, self._live), elapsed_s / self._overtime_s)

    def _live_s(self) -> float:
        """Return how long the live part may last if it starts now; it always gets a share."""
        left_s = self.serving_s - (time.monotonic() - self._began_s)
        return max(left_s, self.serving_s * LIVE_MIN)

    def _tenth(self) -> int:
        return min(int(self._share() * TENTHS), TENTHS - 1)

    async def _tick(self) -> None:
        while True:
            self.screen.refresh(self._tenth())
            await asyncio.sleep(REFRESH_S)

    async def _fill_catalogue(self) -> None:
        async with AsyncClient(self.server.address) as client:
            for start in range(0, len(self.crowd.items), ITEMS_AT_ONCE):
                await client.upsert_items(self.crowd.items[start : start + ITEMS_AT_ONCE])

    async def _send_past(self) -> None:
        async with AsyncClient(self.server.address) as client:
            await self._past.run(client)
        self._live = self.crowd.left
        self._overtime_s = self._live_s() * OVERTIME_MAX

    async def _serve_until(self, share: float) -> None:
        async with AsyncClient(self.server.address) as client:
            await self._feed.run(client, lambda: self._share() < share)

    async def _new_visitor(self) -> None:
        async with AsyncClient(self.server.address) as client:
            clicks, items = self.crowd.three_clicks(), self.crowd.items
            self.screen.happen("a new visitor clicks three times, and the next list has changed:")
            self.screen.say(await show_newcomer(client, clicks, items, "newcomer"))

    async def _kill(self) -> None:
        self.screen.happen("[bold]kill -9[/] of the server, then a restart")
        restart = await kill_and_restart(self.server, list(self._feed.acknowledged))
        self.restarts.append(restart)
        self.screen.happen(f"ready again after {restart.seconds:.1f} s: {verdict(restart)}")

    async def _drift(self) -> None:
        text = self.crowd.drift()
        if text:
            self.screen.happen(text)

    async def _end(self) -> None:
        if self.crowd.left == 0:
            self.screen.happen("that was the last event of the file")

    def _served(self) -> str:
        """Return which part of the visits was served, and how."""
        if self._live is None:
            return self.crowd.name
        parts = [f"{self._feed.arrived:,} played live"]
        if sent := self._past.sent:
            rate = self._past.per_second
            parts.insert(0, f"{sent:,} sent in batches at {rate:,.0f} per second")
        if self.crowd.left:
            parts.append(f"{self.crowd.left:,} not played, since the time was over")
        return f"{self.crowd.name}: {', '.join(parts)}"
