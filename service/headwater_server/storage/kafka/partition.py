"""One partition, seen by one client: the requests go to its leader, errors come as exceptions.

A broker answers the requests of a connection in turn, so what waits for new entries needs another
client than what must be answered now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import errors
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from headwater_server.storage.kafka.connecting import BACKOFF_MS, connection_options
from headwater_server.storage.kafka.url import KafkaPlace

LATEST, EARLIEST = -1, -2
OPEN_S = 10.0  # for a leader to be elected


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the broker has it: ``time_ms`` is the time of its append."""

    number: int
    time_ms: int
    value: bytes
    headers: Sequence[tuple[str, bytes]]


class Partition:
    """Partition 0 of a topic. Every call may raise a `KafkaError`, a TimeoutError or an OSError."""

    def __init__(self, place: KafkaPlace, timeout_ms: int) -> None:
        """Create it; `open` connects. ``timeout_ms`` is the time of a request."""
        self.topic = place.topic
        self._client = AIOKafkaClient(**connection_options(place), request_timeout_ms=timeout_ms)
        self._at = TopicPartition(place.topic, 0)

    async def open(self) -> None:
        """Connect to any of the brokers, and learn which one leads: a new topic takes a moment."""
        await self._client.bootstrap()
        await self._client.set_topics([self.topic])
        async with asyncio.timeout(OPEN_S):
            while self._known_leader() is None:
                await asyncio.sleep(BACKOFF_MS / 1_000)
                await self.refresh()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def refresh(self) -> None:
        """Ask who leads now."""
        await self._client.force_metadata_update()

    async def ask(self, request: Any) -> Any:
        """Return the leader's answer."""
        return await self._client.send(await self._leader(), request)

    async def ask_any(self, request: Any) -> Any:
        """Return the answer of any broker."""
        return await self._client.send(self._client.get_random_node(), request)

    async def _leader(self) -> int:
        leader = self._known_leader()
        if leader is None:
            await self.refresh()
            leader = self._known_leader()
        if leader is None:
            raise errors.LeaderNotAvailableError
        return leader

    def _known_leader(self) -> int | None:
        leader = self._client.cluster.leader_for_partition(self._at)
        return None if leader is None or leader == -1 else int(leader)

    async def in_sync(self) -> int:
        """Return how many replicas are in sync, by the brokers; 0 if nobody leads or answers."""
        await self.refresh()
        if not await self._client.ready(await self._leader()):
            return 0
        known = self._client.cluster._partitions[self.topic][0]  # noqa: SLF001 - no other way
        return len(known.isr)

    async def edge(self, which: int) -> int:
        """Return the number of the first kept record, or the number after the last one."""
        answer = await self.ask(OffsetRequest(-1, 0, [(self.topic, [(0, which)])]))
        _, code, _, number = answer.topics[0][1][0]
        self._check(code)
        return int(number)

    async def fetch(self, start: int, *, wait_ms: int, size: int) -> list[Record]:
        """Return records from a number on, at least one if there is any.

        `OffsetOutOfRangeError` if the record was deleted, or lies beyond the end.
        """
        where = [(self.topic, [(0, start, size)])]
        answer = await self.ask(FetchRequest(wait_ms, 1, size, 0, where))
        if not answer.topics:
            return []
        _, code, _, *rest = answer.topics[0][1][0]
        self._check(code)
        return [record for record in _records(rest[-1]) if record.number >= start]

    def _check(self, code: int) -> None:
        """Raise the error that an answer has; look for the leader if another broker leads."""
        if code:
            error = errors.for_code(code)
            if getattr(error, "invalid_metadata", False):
                self._client.force_metadata_update()
            raise error()


def _records(content: bytes) -> list[Record]:
    found, batches = [], MemoryRecords(content or b"")
    while batches.has_next():
        batch = batches.next_batch()
        if not batch.validate_crc():
            raise errors.CorruptRecordException
        if not batch.is_control_batch:
            found += [Record(r.offset, r.timestamp, r.value or b"", r.headers) for r in batch]
    return found
