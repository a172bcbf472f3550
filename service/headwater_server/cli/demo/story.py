"""The demo in the order of happening: serve, meet a newcomer, die, come back, drift, sum up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from headwater import AsyncClient
from headwater_server.cli.demo.crowd import Crowd
from headwater_server.cli.demo.feed import Feed
from headwater_server.cli.demo.meters import TENTHS, Meters
from headwater_server.cli.demo.newcomer import show_newcomer
from headwater_server.cli.demo.restart import Restart, kill_and_restart
from headwater_server.cli.demo.screen import Screen, rates, tenths_table
from headwater_server.cli.demo.server_process import ServerProcess

ITEMS_AT_ONCE = 500
REFRESH_S = 0.25
NEWCOMER_AT, KILL_AT, DRIFT_AT = 0.25, 0.4, 0.5  # shares of the time
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

    async def play(self) -> bool:
        """Play it all; return whether the server kept every promise."""
        self.screen.happen(f"server ready on {self.server.address}; here come {self.crowd.name}")
        await self._fill_catalogue()
        ticker = asyncio.create_task(self._tick())
        try:
            for share, scene in self._scenes():
                await self._serve_until(share)
                await scene()
        finally:
            ticker.cancel()
        self.screen.refresh(TENTHS)
        self._sum_up()
        return all(restart.is_whole for restart in self.restarts)

    def _scenes(self) -> list[Scene]:
        scenes: list[Scene] = [(NEWCOMER_AT, self._newcomer), (DRIFT_AT, self._drift)]
        scenes += [((n + KILL_AT) / self.kills, self._kill) for n in range(self.kills)]
        return [*sorted(scenes, key=lambda scene: scene[0]), (1.0, self._end)]

    def _share(self) -> float:
        return self.meters.elapsed_s() / self.serving_s

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

    async def _serve_until(self, share: float) -> None:
        async with AsyncClient(self.server.address) as client:
            await self._feed.run(client, lambda: self._share() < share)

    async def _newcomer(self) -> None:
        async with AsyncClient(self.server.address) as client:
            clicks, items = self.crowd.three_clicks(), self.crowd.items
            self.screen.happen("a newcomer clicks three times, and is answered at once:")
            self.screen.say(await show_newcomer(client, clicks, items, "newcomer"))

    async def _kill(self) -> None:
        self.screen.happen("[bold]kill -9[/] of the server, then a warm restart")
        restart = await kill_and_restart(self.server, list(self._feed.acknowledged))
        self.restarts.append(restart)
        self.screen.happen(f"back after {restart.seconds:.1f} s: {_verdict(restart)}")

    async def _drift(self) -> None:
        text = self.crowd.drift()
        if text:
            self.screen.happen(text)

    async def _end(self) -> None:
        if self._feed.exhausted:
            self.screen.happen("that was the last event of the file")

    def _sum_up(self) -> None:
        say = self.screen.say
        say(f"\n[bold]Served {self.crowd.name}[/]: hit rate {self.meters.hit_rate:.3f}")
        say(tenths_table(self.meters))
        say(rates(self.meters))
        for restart in self.restarts:
            say(f"digest before the kill {restart.digest_before}")
            say(f"digest after it        {restart.digest_after}")
            say(_verdict(restart))


def _verdict(restart: Restart) -> str:
    if restart.is_whole:
        return (
            f"[green]same digest[/], {restart.learned_after:,} events learned, "
            f"{restart.sent_again} sent again and none learned twice"
        )
    return (
        f"[bold red]NOT the same[/]: {restart.learned_before:,} events learned before and "
        f"{restart.learned_after:,} after, {restart.lost} acknowledged events lost"
    )
