"""All sources of a server: each is read by one of the servers at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import structlog
from prometheus_client.core import Metric

from headwater_server.errors import HeadwaterError
from headwater_server.replica.replica import Replica
from headwater_server.sources.asked import AskedSource, asked_source
from headwater_server.sources.decoding.decoder import BadSource, decoder_of
from headwater_server.sources.figures import Figures, families
from headwater_server.sources.messages import Reader
from headwater_server.sources.owners import owned
from headwater_server.sources.worker import Worker
from headwater_server.storage.extras import extra

_log = structlog.get_logger(__name__)
LOOK_EVERY_S = 1.0


class Sources:
    """Looks about every second who reads what, and starts and ends the own workers."""

    def __init__(self, replica: Replica, asked: Mapping[str, Mapping[str, str]]) -> None:
        """Check what is asked for: `BadSource` names the key and the fix."""
        self._replica = replica
        self._asked = {name: _asked(name, table) for name, table in asked.items()}
        self._figures = {name: Figures(name) for name in self._asked}
        self._workers = {name: self._worker(one) for name, one in self._asked.items()}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Say to the other servers what this one can read, and read what is its own."""
        if self._asked:
            self._replica.own.sources = tuple(sorted(self._asked))
            self._looking = asyncio.create_task(self._look(), name="sources")

    async def stop(self) -> None:
        """End reading. What is under way is on the log whole, or not at all."""
        self._replica.own.sources = ()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        for name in list(self._tasks):
            await self._end(name)

    def metrics(self) -> Iterator[Metric]:
        """Yield the metrics of all sources, none if there are none."""
        if self._asked:
            states = self._replica.engine.lookups.sources()
            yield from families(list(self._figures.values()), states)

    async def _look(self) -> None:
        while True:
            try:
                await self._take_turns()
            except HeadwaterError:
                pass  # health says that the store is away; who reads goes on
            except Exception:  # noqa: BLE001 - looking must go on
                _log.exception("could not find out who reads the sources")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _take_turns(self) -> None:
        reports, own_id = (
            await self._replica.stores.replicas.reports(),
            self._replica.own.replica_id,
        )
        for name in self._asked:
            if owned(name, reports, own_id):
                self._begin(name)
            elif name in self._tasks:
                await self._end(name)

    def _begin(self, name: str) -> None:
        if name not in self._tasks:
            _log.info("this server reads a source", source=name)
            self._figures[name].is_read = True
            self._tasks[name] = asyncio.create_task(
                self._workers[name].run(), name=f"source {name}"
            )

    async def _end(self, name: str) -> None:
        task = self._tasks.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._figures[name].is_read = False
        self._figures[name].problem = ""
        self._replica.own.health.source(name, "")

    def _worker(self, asked: AskedSource) -> Worker:
        reader_of(asked)  # misses an extra now, and not later
        decode, figures = decoder_of(asked), self._figures[asked.name]
        return Worker(asked, self._replica, decode, lambda: reader_of(asked), figures)


def _asked(name: str, table: Mapping[str, str]) -> AskedSource:
    try:
        return asked_source(name, table)
    except ValueError as error:
        raise BadSource(str(error)) from None


def reader_of(asked: AskedSource) -> Reader:
    """Return a reader of a source, which is not open yet. `StoreRefused` without the extra."""
    if not asked.is_kafka:
        from headwater_server.sources.reading.redis_stream import (  # noqa: PLC0415 - as the other
            RedisStreamReader,
        )

        return RedisStreamReader(asked)
    with extra(f"sources.{asked.name}", "kafka"):
        from headwater_server.sources.reading.kafka import KafkaReader  # noqa: PLC0415 - optional
    return KafkaReader(asked)
