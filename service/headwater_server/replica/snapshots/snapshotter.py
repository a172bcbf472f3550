"""Takes snapshots regularly, in the background, and trims the log that they cover."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from headwater_server.errors import Overloaded, StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.snapshots import Parts, SnapshotMeta, Snapshots
from headwater_server.replica.settings import ReplicaSettings

_log = structlog.get_logger(__name__)
CHECK_EVERY_S = 0.5
Capture = Callable[[], Awaitable[tuple[SnapshotMeta, Parts]]]


class Snapshotter:
    """``capture`` runs on the loop, in short steps; a thread and the store do the rest."""

    def __init__(
        self,
        snapshots: Snapshots,
        log: Log,
        capture: Capture,
        position: Callable[[], Position],
        settings: ReplicaSettings,
    ) -> None:
        """``position`` returns the state's present position."""
        self._snapshots = snapshots
        self._log = log
        self._capture = capture
        self._position = position
        self._settings = settings
        self._last = position()
        self._last_s = time.monotonic()
        self.taken = self.failed = 0
        self.took_s: float | None = None

    async def run(self) -> None:
        """Take snapshots when they are due, until cancelled."""
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            if self._due() and not await self._another_did():
                await self.take()

    def _due(self) -> bool:
        entries = self._position().sequence - self._last.sequence
        old = time.monotonic() - self._last_s >= self._settings.snapshot_interval_s
        return entries >= self._settings.snapshot_entries or (old and entries > 0)

    async def _another_did(self) -> bool:
        """Whether another replica took a snapshot meanwhile, which is as good as an own one."""
        try:
            published = await self._snapshots.published()
        except StoreUnavailable:
            return True
        if published and published[0].position.sequence > self._last.sequence:
            self._note(published[0].position)
        return not self._due()

    async def take(self) -> None:
        """Take one now, unless nothing was applied since the last. It logs errors."""
        if self._position() == self._last:
            return
        start_s = time.monotonic()
        meta, parts = await self._capture()
        captured_s = time.monotonic()
        # also if saving fails: the next one is due after the usual interval, not at once
        self._note(meta.position)
        try:
            await self._snapshots.save(meta, parts)
            await self._trim()
        except (StoreUnavailable, Overloaded, LogBroken) as error:
            self.failed += 1
            _log.warning("no snapshot was taken", reason=str(error))
            return
        except Exception:  # noqa: BLE001 - a bug here must not stop serving
            self.failed += 1
            _log.exception("no snapshot was taken; serving continues")
            return
        self.taken, self.took_s = self.taken + 1, time.monotonic() - start_s
        _log.info(
            "snapshot taken",
            offset=meta.position.offset,
            capture_ms=round(1_000 * (captured_s - start_s), 1),
            total_ms=round(1_000 * self.took_s, 1),
        )

    async def _trim(self) -> None:
        published = await self._snapshots.published()
        if published:
            await self._log.trim(published[-1].position)

    def continue_at(self, position: Position) -> None:
        """Count from here: the state has returned to an earlier entry."""
        self._note(position)

    def _note(self, position: Position) -> None:
        self._last, self._last_s = position, time.monotonic()
