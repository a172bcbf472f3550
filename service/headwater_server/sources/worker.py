"""Reads one source until it is cancelled: messages, decoded, appended with their position."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import structlog

from headwater_server.engine.messages.entries import ItemDelete, ItemWrite, SourceAdvance
from headwater_server.engine.messages.events import Event
from headwater_server.errors import HeadwaterError
from headwater_server.replica.replica import Replica
from headwater_server.replica.writes.source_batches import Read, ReadBatch, Refused, Taken
from headwater_server.sources.asked import AskedSource
from headwater_server.sources.decoding.decoded import Decoded
from headwater_server.sources.decoding.decoder import Decode
from headwater_server.sources.figures import Figures
from headwater_server.sources.messages import Batch, Reader

_log = structlog.get_logger(__name__)
PAUSE_S, PAUSE_MAX_S = 0.25, 5.0  # after a problem
LAG_EVERY_S = 2.0
Operation = Event | ItemWrite | ItemDelete


class Worker:
    """Everything it keeps is in the state: it may end anywhere, and another one goes on."""

    def __init__(
        self,
        asked: AskedSource,
        replica: Replica,
        decode: Decode,
        make_reader: Callable[[], Reader],
        figures: Figures,
    ) -> None:
        """``make_reader`` returns a reader that is not open yet."""
        self._asked = asked
        self._replica = replica
        self._decode = decode
        self._make_reader = make_reader
        self._figures = figures
        self._lags_at = 0.0

    async def run(self) -> None:
        """Read until cancelled; after a problem, try again."""
        pause_s = PAUSE_S
        while True:
            before = self._figures.problems
            try:
                await self._read()
            except HeadwaterError as error:
                self._failed(str(error))
            except Exception as error:  # noqa: BLE001 - of any kind: the others go on
                _log.exception("a source failed", source=self._asked.name)
                self._failed(type(error).__name__)
            pause_s = PAUSE_S if before == self._figures.problems else min(PAUSE_MAX_S, 2 * pause_s)
            await asyncio.sleep(pause_s)

    async def _read(self) -> None:
        reader = self._make_reader()
        await reader.open()
        try:
            while True:
                await self._step(reader)
        finally:
            with contextlib.suppress(HeadwaterError, OSError, TimeoutError):
                await reader.close()

    async def _step(self, reader: Reader) -> None:
        self._replica.writes.check_health()
        batches = await reader.read(self._positions())
        taken = await asyncio.gather(*map(self._take, batches), return_exceptions=True)
        for one in taken:
            if isinstance(one, BaseException):
                # it may be on the log or not: the state shows it, once it has all of the log
                await self._catch_up()
                raise one
        if not all(one.counted for one in taken if isinstance(one, Taken)):
            await self._catch_up()
        await self._count_lags(reader)
        self._well()

    async def _take(self, batch: Batch) -> Taken:
        decoded = await asyncio.to_thread(self._decode, batch.messages)
        if batch.missed:
            self._say_missed(batch)
        taken = await self._replica.source_batches.take(self._read_batch(batch, decoded))
        if taken.counted:
            statuses = (outcome.status.value for outcome in taken.outcomes)
            self._figures.outcomes.update(statuses)
            self._figures.outcomes["refused"] += taken.refused
        return taken

    def _read_batch(self, batch: Batch, decoded: Sequence[Decoded]) -> ReadBatch:
        name, read, refused = self._asked.name, list[Read](), list[Refused]()
        for message, parts in zip(batch.messages, decoded, strict=True):
            for part in parts:
                place = f"{name}:{batch.partition}:{message.position}"
                place = f"{place}:{part.number}" if part.number else place
                if part.operation is None:
                    refused.append(Refused(place, part.reason))
                else:
                    read.append(Read(_named(part.operation, place), place, part.token))
        count = len(batch.messages)
        advance = SourceAdvance(
            name, batch.partition, batch.before, batch.after, 0, count, batch.missed
        )
        return ReadBatch(advance, read, refused)

    def _positions(self) -> Mapping[str, str]:
        states = self._replica.engine.lookups.sources()
        return {
            partition: state.position
            for (name, partition), state in states.items()
            if name == self._asked.name
        }

    async def _catch_up(self) -> None:
        head = await self._replica.stores.log.head()
        await self._replica.shell.tail.waiters.wait_for(head.offset)

    async def _count_lags(self, reader: Reader) -> None:
        if time.monotonic() >= self._lags_at:
            self._figures.lags = await reader.lags(self._positions())
            self._lags_at = time.monotonic() + LAG_EVERY_S

    def _say_missed(self, batch: Batch) -> None:
        _log.error(
            "messages were deleted at the source before they were read",
            source=self._asked.name,
            partition=batch.partition,
            after=batch.before,
            before=batch.after,
            missed=batch.missed,
        )

    def _failed(self, reason: str) -> None:
        self._figures.problems += 1
        if reason != self._figures.problem:
            _log.warning("a source cannot be read", source=self._asked.name, reason=reason)
        self._figures.problem = reason
        self._replica.own.health.source(self._asked.name, reason)

    def _well(self) -> None:
        if self._figures.problem:
            _log.info("a source is read again", source=self._asked.name)
            self._figures.problem = ""
            self._replica.own.health.source(self._asked.name, "")


def _named(operation: Operation, place: str) -> Operation:
    """Give an event that has no id the one of its place: it is the same for every reader."""
    if isinstance(operation, Event) and not operation.event_id:
        return replace(operation, event_id=place)
    return operation
