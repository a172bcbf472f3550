"""What is sampled of a replica, and when: figures for an operator, which no answer waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from headwater_server.errors import StoreUnavailable
from headwater_server.observability.aggregation import aggregate
from headwater_server.observability.recent import RECORD_EVERY_S, CallFigures, RecentCalls
from headwater_server.replica.group.membership import LIVE_PATIENCE_MS
from headwater_server.replica.operators.memory import process_bytes
from headwater_server.replica.operators.timeline import SeriesKey, Timeline
from headwater_server.replica.ports.registry import Replicas
from headwater_server.replica.ports.state_machine import StateMachine

_log = structlog.get_logger(__name__)
RECENT = "recent"
INTERVAL_S_MIN = 0.05
NAMES = ("calls_per_second", "failures_per_second", "latency_p50_ms", "latency_p99_ms")


class Sampling:
    """Looks at the meters every five seconds, and at everything every ``interval_s``."""

    def __init__(
        self,
        engine: StateMachine,
        recent: RecentCalls,
        replicas: Replicas,
        *,
        interval_s: float,
        now_ms: Callable[[], int],
        clock: Callable[[], float] = lambda: asyncio.get_running_loop().time(),
    ) -> None:
        """Nothing is sampled before `start`."""
        self._engine = engine
        self._recent = recent
        self._replicas = replicas
        self._interval_s = max(interval_s, INTERVAL_S_MIN)
        self._now_ms = now_ms
        self._clock = clock
        self._before: tuple[float, int] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.timeline = Timeline(self._interval_s)

    def start(self) -> None:
        """Sample from now on."""
        looks = (self._look, RECORD_EVERY_S), (self.sample, self._interval_s)
        self._tasks = [
            asyncio.create_task(self._every(seconds, work), name=f"sampling {seconds:g} s")
            for work, seconds in looks
        ]

    async def stop(self) -> None:
        """Sample no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def calls(self) -> list[CallFigures]:
        """Return how each method's calls went in the last minute."""
        return self._recent.calls(self._clock())

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001 - a figure must not end what serves
                _log.exception("could not take a sample")
            await asyncio.sleep(seconds)

    async def _look(self) -> None:
        self._recent.record(self._clock())

    async def sample(self) -> None:
        """Take one sample of everything."""
        values = {
            SeriesKey(one.name, one.placement, one.policy): one.value
            for one in self._engine.lookups.metrics()
            if one.window == RECENT
        }
        values[SeriesKey("memory_bytes")] = float(process_bytes())
        calls = await self._all_calls()
        self.timeline.put(self._now_ms(), values | self._pace() | _serving(calls))

    def _pace(self) -> dict[SeriesKey, float]:
        """Return how many events were learned a second since the sample before."""
        now_s, learned = self._clock(), self._engine.lookups.counts()["events_learned"]
        before, self._before = self._before, (now_s, learned)
        if before is None or now_s <= before[0]:
            return {}
        return {SeriesKey("events_per_second"): (learned - before[1]) / (now_s - before[0])}

    async def _all_calls(self) -> list[CallFigures]:
        """Return how the calls to all replicas went; without a store, to this one."""
        try:
            heard = await self._replicas.heard()
        except StoreUnavailable:
            return self.calls()
        alive = (one.standing.serving for one in heard if one.age_ms <= LIVE_PATIENCE_MS)
        return aggregate(call for serving in alive if serving for call in serving.calls)


def _serving(calls: Sequence[CallFigures]) -> dict[SeriesKey, float]:
    figures = (
        (SeriesKey(name, call=one.call), getattr(one, name)) for one in calls for name in NAMES
    )
    return {key: value for key, value in figures if value is not None}
