"""Runs a shadow until it is stopped, or once to the log's end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog

from headwater_server.errors import NotPermitted, StoreRefused, StoreUnavailable
from headwater_server.evaluation.asking.evaluate import Bars
from headwater_server.evaluation.shadow.finding import explained_gap
from headwater_server.evaluation.shadow.report import report
from headwater_server.evaluation.shadow.shadow import Shadow
from headwater_server.observability.repeats import Repeats
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.evaluations import Evaluations, StoredEvaluation
from headwater_server.replica.ports.position import Position

if TYPE_CHECKING:  # it needs an extra
    from headwater_server.evaluation.shadow.stored import StoredShadow

POLL_S = 1.0
SAVE_S = 300.0
End = Callable[[], Awaitable[Position]]
_log = structlog.get_logger(__name__)


class Running:
    """Steps, publishes and saves. ``end`` returns the last entry that a failover keeps.

    ``evaluations`` and ``stored`` are None where nothing is published, or stored.
    """

    def __init__(
        self,
        shadow: Shadow,
        end: End,
        *,
        evaluations: Evaluations | None,
        stored: StoredShadow | None,
        stopping: asyncio.Event,
        save_s: float = SAVE_S,
    ) -> None:
        self.shadow = shadow
        self.publish_time_ms = 0
        self.is_caught_up = False
        self._end, self._evaluations, self._stored = end, evaluations, stored
        self._stopping = stopping
        self._is_once = False
        self._save_s, self._saved_s = save_s, time.monotonic()
        self._published_s = time.monotonic()
        self._saved_at = shadow.position

    async def once(self, bars: Bars) -> dict[str, Any] | None:
        """Fold to the log's present end; return the report, None if it was stopped before.

        What is stored is the state a window before the end, from which any later run goes on.
        """
        self._is_once = True
        head = await self._end()
        with bars("shadow", head.sequence) as bar:
            while await self._step(head):
                bar.at(self.shadow.position.sequence, self._remark())
                if self._stopping.is_set():
                    await self.save()
                    return None
            await self.save()
            while await self._step(head, to_the_end=True):
                bar.at(self.shadow.position.sequence, self._remark())
                if self._stopping.is_set():
                    return None
            await self.shadow.ask_the_last()
        self.is_caught_up = True
        return await self.publish()

    async def forever(self, bars: Bars) -> None:
        """Follow until stopped, then store the state. Raises what waiting does not repair."""
        repeats = Repeats()
        while not self._stopping.is_set():
            try:
                await self._catch_up(bars)
                await self._follow()
            except (StoreRefused, NotPermitted):
                raise
            except StoreUnavailable as error:
                if repeats.pass_(str(error)):
                    _log.warning("the shadow waits", reason=str(error))
                await self._pause()
        await self.save()
        _log.info("the shadow stopped", entry=self.shadow.position.sequence)

    async def _catch_up(self, bars: Bars) -> None:
        head = await self._end()
        with bars("shadow", head.sequence) as bar:
            while not self._stopping.is_set() and await self._step(head):
                bar.at(self.shadow.position.sequence, self._remark())
                await self._when_due()
        if not self._stopping.is_set() and not self.is_caught_up:
            self.is_caught_up = True
            _log.info("the shadow has caught up", entry=self.shadow.position.sequence)
            await self.publish()

    async def _follow(self) -> None:
        while not self._stopping.is_set():
            if not await self._step(await self._end()):
                await self._pause()
            await self._when_due()

    async def _step(self, head: Position, *, to_the_end: bool = False) -> bool:
        await asyncio.sleep(0)  # signals and scrapes have their turn
        try:
            return await self.shadow.step(head, to_the_end=to_the_end)
        except LogBroken as error:
            raise explained_gap(error) from None

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), POLL_S)
        except TimeoutError:
            return

    async def _when_due(self) -> None:
        now = time.monotonic()
        if now >= self._published_s + self.shadow.asked.publish_s:
            await self.publish()
        if now >= self._saved_s + self._save_s:
            await self.save()

    async def publish(self) -> dict[str, Any]:
        """Put the report into the store, and return it."""
        every_s = 0.0 if self._is_once else self.shadow.asked.publish_s
        # in a thread, so that scrapes are answered; nothing is folded meanwhile
        found = await asyncio.to_thread(
            report, self.shadow, publish_s=every_s, is_caught_up=self.is_caught_up
        )
        text = json.dumps(found, ensure_ascii=False, allow_nan=False)
        if self._evaluations is not None:
            evaluation = StoredEvaluation(found["name"], found["create_time_ms"], text)
            try:
                await self._evaluations.put(evaluation)
            except ValueError as error:
                _log.error("the report is not published", reason=str(error))
        self.publish_time_ms, self._published_s = found["create_time_ms"], time.monotonic()
        return found

    async def save(self) -> None:
        """Store the state, if it has changed."""
        if self._stored is not None and self.shadow.position != self._saved_at:
            await self._stored.save(self.shadow)
            self._saved_at = self.shadow.position
        self._saved_s = time.monotonic()

    def _remark(self) -> str:
        return f"{len(self.shadow.rows):,} lists asked"
