"""The first part of a file of events, sent to the server in batches before the live part."""

from __future__ import annotations

import time
from collections.abc import Callable

from headwater import AsyncClient, EventStatus
from headwater_server.cli.demo.crowd import Crowd
from headwater_server.cli.demo.feed import LostEventError
from headwater_server.cli.demo.screen import Screen

BATCH = 1_000  # events; as many as one call may hold
LIVE_PER_S = 200  # visits per second that a small machine serves one by one
REPORT_S = 2.0
TIMEOUT_S = 60.0


class PastBatches:
    """Sends so many past events that the rest can be played live in the time that is left.

    ``live_s`` returns how many seconds that is.
    """

    def __init__(self, crowd: Crowd, screen: Screen, live_s: Callable[[], float]) -> None:
        self._crowd = crowd
        self._screen = screen
        self._live_s = live_s
        self._all = crowd.left or 0
        self._started_s = self._reported_s = time.monotonic()
        self.sent = 0

    async def run(self, client: AsyncClient) -> None:
        """Send batch after batch to the Feedback API; every event must be learned."""
        while (size := self._too_many_for_live()) > 0:
            answer = await client.feedback(self._crowd.past(size), timeout_s=TIMEOUT_S)
            for result in answer.results:
                if result.status is not EventStatus.CREATED:
                    raise LostEventError(f"{result.status.value} {result.detail}")
            self.sent += size
            self._report_sometimes()
        if self.sent:
            self._report(f"the last {self._crowd.left:,} are played live")

    def _too_many_for_live(self) -> int:
        left = (self._crowd.left or 0) - LIVE_PER_S * self._live_s()
        return min(BATCH, int(left))

    @property
    def seconds(self) -> float:
        """Return how long it took, in seconds."""
        return self._reported_s - self._started_s

    def _report_sometimes(self) -> None:
        if time.monotonic() - self._reported_s >= REPORT_S:
            self._report()

    def _report(self, more: str = "") -> None:
        self._reported_s = time.monotonic()
        line = f"past events: {self.sent:,} of {self._all:,}"
        line += f", {self.per_second:,.0f} per second"
        self._screen.happen(f"{line}; {more}" if more else line)

    @property
    def per_second(self) -> float:
        """Return the events per second so far."""
        return self.sent / self.seconds if self.seconds else 0.0
