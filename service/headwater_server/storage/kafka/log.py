"""The log on Kafka: the broker's record numbers are the chain, since nothing makes gaps in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from headwater_server.engine.messages.entries import Operation
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.faults import LogMovedOn
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.codecs.entry_codec import encode_operations
from headwater_server.storage.codecs.stored_entry import StoredEntry
from headwater_server.storage.kafka.faults import kafka_errors
from headwater_server.storage.kafka.partition import Partition
from headwater_server.storage.kafka.producer import Producer
from headwater_server.storage.kafka.reading import Reading
from headwater_server.storage.kafka.records import headers_of, position_of
from headwater_server.storage.kafka.stream import KafkaStream
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.pages import entries_of
from headwater_server.storage.log.trimming import Trimmer
from headwater_server.storage.log.witness import Witness

PAGE_ENTRIES = 100


class KafkaLog:
    """Implements `replica.ports.log.Log`.

    All replicas append, as on Redis: no writer has to be fenced, since the partition gives one
    order to all. An append with ``after`` writes an entry that every reader ignores unless it
    directly follows.
    """

    def __init__(
        self,
        catalogue: str,
        *,
        writer: Partition,
        producer: Producer,
        stream: KafkaStream,
        waiting: KafkaStream,
        in_sync_min: int,
        lineage: Lineage,
        trimmer: Trimmer,
        witness: Witness | None,
    ) -> None:
        """Use three clients: ``waiting`` is the one whose reads may wait for entries."""
        self._catalogue = catalogue
        self._writer = writer
        self._producer = producer
        self._stream = stream
        self._in_sync_min = in_sync_min
        self._lineage = lineage
        self._trimmer = trimmer
        self._witness = witness
        self._tail = Reading(waiting, lineage)
        self._newest = START

    def encode(self, operations: Sequence[Operation], *, imported: bool = False) -> bytes:
        """See `replica.ports.log.Log.encode`."""
        return encode_operations(operations, imported=imported)

    async def append(self, encoded: Sequence[bytes], *, after: Position | None = None) -> Position:
        """See `replica.ports.log.Log.append`."""
        number, time_ms = await self._producer.append(
            b"".join(encoded), headers_of(self._catalogue, after)
        )
        follows = self._newest.sequence == number
        position = position_of(number, time_ms, self._newest.offset if follows else "")
        if number >= self._newest.sequence:
            self._newest = position
        if after is not None and number != after.sequence:
            raise LogMovedOn(after)
        self._tail.knows(position)
        if self._witness is not None:
            self._witness.note(position)
        return position

    async def accepts(self) -> None:
        """See `replica.ports.log.Log.accepts`."""
        with kafka_errors():
            found = await self._writer.in_sync()
        if found < self._in_sync_min:
            raise StoreUnavailable(
                f"{found} brokers have all of the log, and min.insync.replicas is "
                f"{self._in_sync_min}: nothing is acknowledged until enough of them are back"
            )

    async def read(self, after: Position, count: int, block_ms: int) -> list[StoredEntry]:
        """See `replica.ports.log.Log.read`; with ``block_ms`` 0 it does not wait."""
        entries = await self._tail.read(after, count, block_ms)
        if entries and entries[-1].position.sequence > self._newest.sequence:
            self._newest = entries[-1].position
        return entries

    def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[StoredEntry]:
        """See `replica.ports.log.Log.iterate`."""
        reading = Reading(self._stream, self._lineage)
        return entries_of(lambda place: reading.read(place, PAGE_ENTRIES, 0), after, until)

    async def head(self) -> Position:
        """See `replica.ports.log.Log.head`."""
        return await self._stream.head()

    async def confirmed(self) -> Position:
        """See `replica.ports.log.Log.confirmed`: brokers show no other entries."""
        return await self._stream.head()

    async def length(self) -> int:
        """See `replica.ports.log.Log.length`."""
        return await self._stream.length()

    async def verify(self, position: Position) -> None:
        """See `replica.ports.log.Log.verify`."""
        await self._lineage.check(position)

    async def newest_of(self, positions: Sequence[Position]) -> Position | None:
        """See `replica.ports.log.Log.newest_of`."""
        return await self._lineage.newest_of(positions)

    def forget_read(self) -> None:
        """Read archived entries again: their files were rewritten."""
        self._lineage.forget_read()

    async def trim(self, before: Position) -> None:
        """See `replica.ports.log.Log.trim`; ``log_entries_kept_min`` entries always stay."""
        await self._trimmer.trim(before)
