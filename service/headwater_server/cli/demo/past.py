"""The first part of a shop's file, told to the server in batches, before its visitors come."""

from __future__ import annotations

import time
from collections.abc import Callable

from headwater import AsyncClient, EventStatus
from headwater_server.cli.demo.crowd import Crowd
from headwater_server.cli.demo.feed import LostEventError
from headwater_server.cli.demo.screen import Screen

BATCH = 1_000  # events; as many as one call may hold
LIVE_PER_S = 200  # visitors a second that a small machine serves one by one, server and all
TELL_EVERY_S = 2.0
TIMEOUT_S = 60.0


class Telling:
    """Tells so much of the past that the rest can be played live in the time that is left.

    ``live_s`` says how many seconds that is, now.
    """

    def __init__(self, crowd: Crowd, screen: Screen, live_s: Callable[[], float]) -> None:
        self._crowd = crowd
        self._screen = screen
        self._live_s = live_s
        self._all = crowd.left or 0
        self._began_s = self._told_s = time.monotonic()
        self.told = 0

    async def run(self, client: AsyncClient) -> None:
        """Tell batch after batch through the Feedback API; every event must be learned."""
        while (size := self._too_many_for_live()) > 0:
            answer = await client.feedback(self._crowd.past(size), timeout_s=TIMEOUT_S)
            for result in answer.results:
                if result.status is not EventStatus.CREATED:
                    raise LostEventError(f"{result.status.value} {result.detail}")
            self.told += size
            self._say_now_and_then()
        if self.told:
            self._say(f"the last {self._crowd.left:,} are played live")

    def _too_many_for_live(self) -> int:
        left = (self._crowd.left or 0) - LIVE_PER_S * self._live_s()
        return min(BATCH, int(left))

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return self._told_s - self._began_s

    def _say_now_and_then(self) -> None:
        if time.monotonic() - self._told_s >= TELL_EVERY_S:
            self._say()

    def _say(self, more: str = "") -> None:
        self._told_s = time.monotonic()
        line = f"the shop's past: {self.told:,} of {self._all:,} events"
        line += f", {self.per_second:,.0f} a second"
        self._screen.happen(f"{line}; {more}" if more else line)

    @property
    def per_second(self) -> float:
        """Return the rate so far."""
        return self.told / self.seconds if self.seconds else 0.0
