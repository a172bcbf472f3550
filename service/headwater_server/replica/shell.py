"""Creates, connects, starts and stops the parts around one engine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, wait_fixed

from headwater_server.engine.snapshot.versions import RIVER_VERSION
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.group.host_peers import HostPeers, caught_up
from headwater_server.replica.group.identity import this_build
from headwater_server.replica.health import Health
from headwater_server.replica.ports.log import Log, LoggedEntry
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.snapshots import Parts, SnapshotMeta, Snapshots
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.snapshots.capture import captured
from headwater_server.replica.snapshots.losses import Losses
from headwater_server.replica.snapshots.repair import Repair
from headwater_server.replica.snapshots.snapshotter import Snapshotter
from headwater_server.replica.startup import (
    WantedSettings,
    caught_up_with,
    put_start,
    unless_ended,
)
from headwater_server.replica.tail.acknowledgements import Acknowledgements
from headwater_server.replica.tail.own_entries import OwnEntries
from headwater_server.replica.tail.recent_entries import Missing
from headwater_server.replica.tail.settings_log import SettingsLog
from headwater_server.replica.tail.slice_budget import SliceBudget
from headwater_server.replica.tail.tail import Tail
from headwater_server.replica.writes.appender import Appender

_log = structlog.get_logger(__name__)
AWAY_PAUSE_S = 0.1


class Shell:
    """Tail, appender and snapshotter of ``engine``, whose state is that of ``position``."""

    def __init__(
        self,
        engine: StateMachine,
        position: Position,
        log: Log,
        snapshots: Snapshots,
        settings: ReplicaSettings,
        health: Health,
        *,
        now_ms: Callable[[], int],
        who: str = "",
        past: Sequence[Position] = (),
        keeps_snapshots: bool = True,
        host_peers: HostPeers | None = None,
        on_marks: Callable[[Sequence[str]], Awaitable[None]] | None = None,
    ) -> None:
        """Create it; `start` runs it. ``on_marks`` is called for marks that come after `start`."""
        self._engine = engine
        self._log = log
        self._settings = settings
        self._health = health
        self._now_ms = now_ms
        self._keeps_snapshots = keeps_snapshots
        self._host_peers = host_peers
        self._snapshots = snapshots
        self._on_marks = on_marks
        self._settings_log = SettingsLog(engine)
        self._acknowledgements = Acknowledgements(self._settle)
        self.losses = Losses(log, health, who)
        own = OwnEntries()
        self.tail = Tail(
            log,
            engine,
            position,
            acknowledgements=self._acknowledgements,
            health=health,
            budget=SliceBudget(settings.slice_ms / 1_000, settings.slice_turns),
            own=own,
            on_applied=self._applied,
            on_marks=self._marked,
            on_lost=self.losses.seen,
            past=past,
        )
        self.appender = Appender(log, self._acknowledgements, health, settings, own)
        self.snapshotter = Snapshotter(
            snapshots, log, self._capture, lambda: self.tail.position, settings
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._snapshotting: asyncio.Task[None] | None = None
        self._broken = self._started = False

    async def start(self, wanted: WantedSettings) -> None:
        """Return when the state has reached the log's head, and the log says what is wanted."""
        tail = self._run(self.tail.run())
        try:
            await unless_ended(tail, caught_up_with(self._log, self.tail))
            build = this_build(self._engine.STATE_VERSION)
            await unless_ended(tail, put_start(self._log, self.tail, wanted, build))
        except BaseException:
            await self._end()
            raise
        self._run(self.appender.run())
        self._run(self.appender.recover())
        if self._keeps_snapshots:
            self._snapshotting = self._run(self.snapshotter.run())
        self._started = self.losses.is_live = True
        if self._host_peers is not None:
            self._host_peers.applied(self.tail.position.sequence)
        tail.add_done_callback(self._tail_ended)

    async def stop(self) -> None:
        """Finish the writes under way, save the state, stop."""
        await self._drained()
        await self._end()
        keeps = self._keeps_snapshots and self._settings.snapshot_on_stop
        if keeps and not self._broken:
            await self.snapshotter.take()

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _drained(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.stop_patience_s):
                await self.appender.drained()

    def _run(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    def _applied(self, entry: LoggedEntry) -> None:
        self._settings_log.applied(entry)
        if self._host_peers is not None:
            self._host_peers.applied(entry.position.sequence)

    async def _marked(self, mark_ids: Sequence[str]) -> None:
        """Skip marks from before the start: no caller waits for them."""
        if self._started and self._on_marks is not None:
            await self._on_marks(mark_ids)

    def _settle(self) -> Coroutine[None, None, None] | None:
        """Return what an acknowledgement waits for, None if all peers have applied as much."""
        host_peers, sequence = self._host_peers, self.tail.position.sequence
        if host_peers is None or host_peers.all_applied(sequence):
            return None
        return caught_up(host_peers, sequence, self._settings.host_patience_ms / 1_000)

    def _tail_ended(self, tail: asyncio.Task[None]) -> None:
        """Stop acknowledging and taking snapshots: this state may belong to another log."""
        if not tail.cancelled() and (error := tail.exception()):
            self._broken = True
            if self._snapshotting is not None:
                self._snapshotting.cancel()
            if self._host_peers is not None:
                self._host_peers.leave()
            reason = f"{type(error).__name__}: {error}"
            self._acknowledgements.fail(StoreUnavailable(reason))
            if isinstance(error, LogBroken):
                self._health.returning(str(error))
                self._run(self._return(error))
            else:
                self._health.broken(reason)

    async def _return(self, error: LogBroken) -> None:
        """Return to the log, if the state is only ahead of it; otherwise leave it to an operator.

        The log may lose its end again meanwhile.
        """
        repair = Repair(self._engine, self.tail, self._log, self._snapshots)
        found: list[Missing] = []
        try:
            while missing := await repair.done():
                found.append(missing)
                try:
                    await self._resume()
                except LogBroken as again:
                    error = again
                    self._acknowledgements.fail(StoreUnavailable(str(again)))
                else:
                    self._health.repaired()
                    return await self.losses.put(found, self.tail)
        except Exception as failure:  # noqa: BLE001 - of any kind: it must be reported
            _log.error("the state cannot be restored from the log", reason=str(failure))
        self._health.broken(f"{type(error).__name__}: {error}")
        return None

    async def _resume(self) -> None:
        self._started = False  # marks of the past are not reported again
        self._acknowledgements.resume()
        self.snapshotter.continue_at(self.tail.position)
        tail = self._run(self.tail.run())
        await unless_ended(tail, self._caught_up())
        self._broken, self._started = False, True
        if self._keeps_snapshots:
            self._snapshotting = self._run(self.snapshotter.run())
        if self._host_peers is not None:
            self._host_peers.rejoin()
        tail.add_done_callback(self._tail_ended)

    async def _caught_up(self) -> None:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(StoreUnavailable), wait=wait_fixed(AWAY_PAUSE_S)
        )
        await retrying(caught_up_with, self._log, self.tail)

    async def _capture(self) -> tuple[SnapshotMeta, Parts]:
        position, settings, parts = await captured(self._engine, self.tail)
        meta = SnapshotMeta(
            position=position,
            state_version=self._engine.STATE_VERSION,
            river_version=RIVER_VERSION,
            settings=settings.canonical(),
            create_time_ms=self._now_ms(),
        )
        return meta, parts
