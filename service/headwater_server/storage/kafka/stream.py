"""Reads the topic entry by entry, as `storage.log.stream.Stream` reads a Redis Stream."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiokafka.errors import OffsetOutOfRangeError

from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.kafka.faults import kafka_errors
from headwater_server.storage.kafka.partition import EARLIEST, LATEST, Partition, Record
from headwater_server.storage.kafka.records import next_number, position_of, raw_of_record

PAGE_BYTES = 1_000_000  # target size: a page is parsed in one step, during which requests wait


class KafkaStream:
    """``partition`` is a client of its own if a caller waits with `page`."""

    def __init__(self, partition: Partition, catalogue: str) -> None:
        """Create it; nothing is sent yet."""
        self._partition = partition
        self._catalogue = catalogue
        self._end = START  # the last one that was the end

    async def head(self) -> Position:
        """Return the last entry, `START` if there was never one."""
        with kafka_errors():
            end = await self._partition.edge(LATEST)
        if end == self._end.sequence:
            return self._end
        last = await self._one(end - 1) if end else None
        self._end = START if last is None else last.position
        return self._end

    async def length(self) -> int:
        """Return how many entries are kept."""
        with kafka_errors():
            return await self._partition.edge(LATEST) - await self._partition.edge(EARLIEST)

    async def first(self) -> Raw | None:
        """Return the oldest kept entry."""
        with kafka_errors():
            start = await self._partition.edge(EARLIEST)
        return await self._one(start)

    async def last(self) -> Raw | None:
        """Return the newest entry."""
        return await self._one((await self.head()).sequence - 1)

    async def at(self, offset: str) -> Raw | None:
        """Return the entry at an offset, if that very entry is there."""
        found = await self._one(next_number(offset) - 1)
        return found if found and found.position.offset == offset else None

    async def _one(self, number: int) -> Raw | None:
        if number < 0:
            return None
        records = await self._fetch(max(0, number - 1), 0, 1)
        while records and records[-1].number < number:
            records += await self._fetch(records[-1].number + 1, 0, 1)
        previous = START.offset if number == 0 else ""
        for record in records:
            if record.number >= number:
                return (
                    raw_of_record(record, self._catalogue, previous)
                    if record.number == number
                    else None
                )
            previous = position_of(record.number, record.time_ms).offset
        return None

    async def entries(self, after: str) -> AsyncIterator[Raw]:
        """Yield the present entries after an offset."""
        trusted = False
        while page := await self.page(after, trusted=trusted):
            for entry in page:
                yield entry
            after, trusted = page[-1].position.offset, True

    async def page(self, after: str, *, trusted: bool, wait_ms: int = 0) -> list[Raw]:
        """Return the next entries, about `PAGE_BYTES` of them; wait for the first.

        Unless ``after`` is ``trusted`` to be the entry there, it is read, too, so that the next one
        names what really precedes it.
        """
        number = next_number(after)
        if not trusted and number:
            records = await self._fetch(number - 1, 0, PAGE_BYTES)
            if len(records) != 1 or records[0].number != number - 1:
                return self._raws(records, number, after)
            after = position_of(number - 1, records[0].time_ms).offset
        return self._raws(await self._fetch(number, wait_ms, PAGE_BYTES), number, after)

    def _raws(self, records: list[Record], number: int, previous: str) -> list[Raw]:
        """Return the entries from a number on; ``previous`` is the entry before, if it is gone."""
        found = []
        for record in records:
            if record.number >= number:
                found.append(raw_of_record(record, self._catalogue, previous))
            previous = position_of(record.number, record.time_ms).offset
        return found

    async def _fetch(self, start: int, wait_ms: int, size: int) -> list[Record]:
        """Return records from a number on, or from the first kept one."""
        with kafka_errors():
            try:
                return await self._partition.fetch(start, wait_ms=wait_ms, size=size)
            except OffsetOutOfRangeError:
                first = await self._partition.edge(EARLIEST)
                if first <= start:  # beyond the end: the log was longer once
                    return []
                return await self._partition.fetch(first, wait_ms=wait_ms, size=size)
