"""Kafka as a sink: a transaction has the records of a batch, and the mark behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer

from headwater_server.sinks.kafka.faults import AWAY, reason_of, sink_errors
from headwater_server.sinks.kafka.newest import newest_value
from headwater_server.sinks.kafka.topics import (
    OBJECT_BYTES_MAX,
    POSITION,
    ensure_topics,
    topic_of,
)
from headwater_server.sinks.port import Record
from headwater_server.storage.kafka.connecting import connection_options
from headwater_server.storage.kafka.url import KafkaPlace

REQUEST_MS = 10_000
OPEN_S, PUT_S, CLOSE_S = 30.0, 50.0, 5.0
TRANSACTION_MS = 60_000
"""A transaction that hangs for so long is undone by the brokers; `PUT_S` is less."""


class KafkaTarget:
    """Implements `sinks.port.Target`. The topic of ``place`` is the prefix of its topics.

    To begin, it takes the transactional id of the prefix: the brokers undo what a process before
    had under way, and refuse that process from then on.
    """

    def __init__(self, place: KafkaPlace) -> None:
        """Create it; nothing is sent yet."""
        self._place = place
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        """See the port."""
        try:
            with sink_errors():
                async with asyncio.timeout(OPEN_S):
                    await ensure_topics(self._place, REQUEST_MS)
                    await self._take_over()
        except BaseException:
            await self._close()
            raise
        return self

    async def _take_over(self) -> None:
        self._producer = AIOKafkaProducer(
            **connection_options(self._place),
            transactional_id=f"headwater-sink-{self._place.topic}",
            transaction_timeout_ms=TRANSACTION_MS,
            request_timeout_ms=REQUEST_MS,
            max_request_size=OBJECT_BYTES_MAX,
        )
        await self._producer.start()
        await self._while_it_sends(self._producer._txn_manager.wait_for_pid())  # noqa: SLF001

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """See the port."""
        await self._close()

    async def mark(self) -> bytes | None:
        """See the port."""
        with sink_errors():
            async with asyncio.timeout(OPEN_S):
                topic = topic_of(self._place.topic, POSITION)
                return await newest_value(self._place, topic, REQUEST_MS)

    async def put(self, records: Sequence[Record], mark: bytes) -> None:
        """See the port: all is in one transaction, which readers of committed records see whole.

        After an error it is not known whether it is there: open another target, and ask for its
        mark.
        """
        with sink_errors():
            async with asyncio.timeout(PUT_S):
                await self._while_it_sends(self._transaction(records, mark))

    async def _transaction(self, records: Sequence[Record], mark: bytes) -> None:
        await self._open.begin_transaction()
        sent = [await self._sent(one.stream, one.key, one.value) for one in records]
        sent.append(await self._sent(POSITION, POSITION, mark))
        await asyncio.gather(*sent)
        await self._open.commit_transaction()

    async def _sent(self, name: str, key: str, value: bytes) -> asyncio.Future[Any]:
        """Send one record; return what says that it is there."""
        topic = topic_of(self._place.topic, name)
        sent: asyncio.Future[Any] = await self._open.send(topic, value, key=key.encode())
        sent.add_done_callback(_seen)
        return sent

    async def _while_it_sends(self, work: Awaitable[Any]) -> None:
        """Await some work; raise the error of the client's sender if that ends meanwhile."""
        sender = self._open._sender.sender_task  # noqa: SLF001 - nothing else says that it ended
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task, sender}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise reason_of(sender.exception() or ConnectionError(AWAY))
            await task
        finally:
            task.cancel()
            task.add_done_callback(_seen)

    @property
    def _open(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise RuntimeError("enter it first")
        return self._producer

    async def _close(self) -> None:
        """Close the client; what it has under way is left to the one that takes over."""
        if (producer := self._producer) is None:
            return
        self._producer = None
        producer._closed = True  # noqa: SLF001 - its own stop waits for brokers that are away
        await producer._sender.close()  # noqa: SLF001
        await producer.client.close()


def _seen(done: asyncio.Future[Any]) -> None:
    """Take note of an error: it is raised once for all records of a batch."""
    if not done.cancelled():
        done.exception()
