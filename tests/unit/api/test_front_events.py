"""Who takes the events of gRPC's queue: the loop while it has work, a thread while it has none."""

from __future__ import annotations

import asyncio
import queue
import time
from collections.abc import Callable
from typing import Any

from headwater_server.api.front.events import BUSY_S, Events

PATIENCE_S = 20.0


class _Event:
    def __init__(self, tag: Callable[[Any], None]) -> None:
        self.tag = tag


class _Core:
    """A queue of events as `CoreServer` has it."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Event | None] = queue.SimpleQueue()
        self.waits = 0  # how often the thread began to wait
        self.put = self._queue.put

    def wait(self) -> _Event | None:
        self.waits += 1
        return self._queue.get()

    def ready(self) -> _Event | None:
        return None if self._queue.empty() else self._queue.get()


def burn(seconds: float) -> None:
    """Use the loop's time."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        pass


async def begun(core: _Core, waits: int) -> None:
    """Return when the thread waits for that time."""
    async with asyncio.timeout(PATIENCE_S):
        while core.waits < waits:
            await asyncio.sleep(0.001)


async def test_while_the_loop_has_work_it_looks_for_events_itself() -> None:
    core: Any = _Core()
    events, loop, seen, waits = Events(core), asyncio.get_running_loop(), [], []

    def work(left: int) -> None:
        burn(5 * BUSY_S)
        waits.append(core.waits)
        if left % 3 == 0:  # so that it often looks in vain
            core.put(_Event(lambda _: seen.append(left)))
        if left:
            loop.call_soon(work, left - 1)

    events.start()
    core.put(_Event(lambda _: work(9)))
    await begun(core, 2)  # the loop is idle in the end
    assert (seen, set(waits)) == ([9, 6, 3, 0], {1})
    core.put(None)
    await events.ended()


async def test_an_event_that_fails_does_not_stop_the_others() -> None:
    core: Any = _Core()
    events, seen = Events(core), list[object]()
    events.start()

    def fail(_: object) -> None:
        raise ValueError("x")

    for tag in (fail, seen.append):
        core.put(_Event(tag))
    await begun(core, 2)
    assert len(seen) == 1
    core.put(None)
    await events.ended()
