"""Samples a replica's figures for operators, in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from headwater_server.engine.measures.placements import ALL
from headwater_server.errors import StoreUnavailable
from headwater_server.observability.aggregation import aggregate
from headwater_server.observability.recent import RECORD_EVERY_S, CallFigures, RecentCalls
from headwater_server.replica.group.membership import LIVE_PATIENCE_MS
from headwater_server.replica.operators.limit_warnings import LimitWarnings
from headwater_server.replica.operators.memory import process_bytes
from headwater_server.replica.operators.timeline import SeriesKey, Timeline
from headwater_server.replica.ports.registry import Replicas
from headwater_server.replica.ports.state_machine import StateMachine

_log = structlog.get_logger(__name__)
RECENT = "recent"
INTERVAL_S_MIN = 0.05
WATCH_EVERY_S = 1.0
NAMES = ("calls_per_second", "failures_per_second", "latency_p50_ms", "latency_p99_ms")


class Sampling:
    """Records the calls every five seconds, and samples all figures every ``interval_s``.

    Every second it compares the tables with their limits, and warns.
    """

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
        """Create it; `start` starts the sampling."""
        self._engine = engine
        self._recent = recent
        self._replicas = replicas
        self._interval_s = max(interval_s, INTERVAL_S_MIN)
        self._now_ms = now_ms
        self._clock = clock
        self._before: tuple[float, int] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._limit_warnings = LimitWarnings()
        self.timeline = Timeline(self._interval_s)

    def start(self) -> None:
        """Sample from now on."""
        jobs = (
            (self._record, RECORD_EVERY_S),
            (self.sample, self._interval_s),
            (self._watch_limits, WATCH_EVERY_S),
        )
        self._tasks = [
            asyncio.create_task(self._every(seconds, work), name=f"sampling {seconds:g} s")
            for work, seconds in jobs
        ]

    async def stop(self) -> None:
        """Stop sampling."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def calls(self) -> list[CallFigures]:
        """Return figures of each method's calls in the last minute."""
        return self._recent.calls(self._clock())

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001 - a failed sample must not stop serving
                _log.exception("could not take a sample")
            await asyncio.sleep(seconds)

    async def _record(self) -> None:
        self._recent.record(self._clock())

    async def _watch_limits(self) -> None:
        self._limit_warnings.watch(self._engine.lookups.limits())

    async def sample(self) -> None:
        """Take one sample of all figures."""
        memory = {SeriesKey("memory_bytes"): float(process_bytes())}
        calls = await self._all_calls()
        # single placements last: where there is no room for all series, these are left out
        process = memory | self._learning_rate() | _serving(calls)
        self.timeline.put(self._now_ms(), process | self._quality())

    def _quality(self) -> dict[SeriesKey, float]:
        """Return the recent figures of progressive validation, those of all placements first."""
        recent = (one for one in self._engine.lookups.metrics() if one.window == RECENT)
        return {
            SeriesKey(one.name, one.placement, one.policy): one.value
            for one in sorted(recent, key=lambda one: one.placement != ALL)
        }

    def _learning_rate(self) -> dict[SeriesKey, float]:
        """Return how many events per second were learned since the previous sample."""
        now_s, learned = self._clock(), self._engine.lookups.counts()["events_learned"]
        before, self._before = self._before, (now_s, learned)
        if before is None or now_s <= before[0]:
            return {}
        return {SeriesKey("events_per_second"): (learned - before[1]) / (now_s - before[0])}

    async def _all_calls(self) -> list[CallFigures]:
        """Return figures of the calls to all replicas; without a store, to this one."""
        try:
            reports = await self._replicas.reports()
        except StoreUnavailable:
            return self.calls()
        alive = (one.report.serving for one in reports if one.age_ms <= LIVE_PATIENCE_MS)
        return aggregate(call for serving in alive if serving for call in serving.calls)


def _serving(calls: Sequence[CallFigures]) -> dict[SeriesKey, float]:
    figures = (
        (SeriesKey(name, call=one.call), getattr(one, name)) for one in calls for name in NAMES
    )
    return {key: value for key, value in figures if value is not None}
