"""A topic of Kafka: all its partitions, from the positions that our log has, in no group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition, errors
from aiokafka.client import AIOKafkaClient

from headwater_server.errors import StoreRefused
from headwater_server.sources.asked import AskedSource
from headwater_server.sources.messages import (
    BYTES_MAX,
    MESSAGES_MAX,
    Batch,
    Message,
    SourceProblem,
)
from headwater_server.storage.kafka.connecting import connection_options
from headwater_server.storage.kafka.faults import LOGIN_ERRORS, RIGHTS_ERRORS, SASL_ERRORS
from headwater_server.storage.kafka.url import KafkaPlace, kafka_place

WAIT_MS = 500
TIMEOUT_MS = 10_000
METADATA_MS = 5_000  # after which new partitions are seen
RIGHTS = "the user may not read the topic: give it the operations Read and Describe"
LOGIN = "the brokers refuse the user, its password or the SASL mechanism"
AWAY = "no broker that leads a partition answers"


class KafkaReader:
    """Implements `messages.Reader`. A position is the number of the next record to read.

    Only records of transactions that were committed are read.
    """

    def __init__(self, asked: AskedSource) -> None:
        """Create it; `open` connects."""
        self._asked = asked
        # the login of the log is not that of another cluster: nothing comes from variables
        self._place: KafkaPlace = kafka_place(asked.url, {})
        self._partitions: dict[str, _Partition] = {}

    async def open(self) -> None:
        """See `Reader.open`."""
        options = _options(self._place)
        self._client = AIOKafkaClient(
            **options, request_timeout_ms=TIMEOUT_MS, metadata_max_age_ms=METADATA_MS
        )
        self._consumer = AIOKafkaConsumer(
            **options,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            request_timeout_ms=TIMEOUT_MS,
            fetch_max_wait_ms=WAIT_MS,
        )
        try:
            with kafka_problems():
                await self._client.bootstrap()
                await self._client.set_topics([self._place.topic])
                await self._consumer.start()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """See `Reader.close`."""
        await self._consumer.stop()
        await self._client.close()

    async def read(self, positions: Mapping[str, str]) -> Sequence[Batch]:
        """See `Reader.read`."""
        with kafka_problems():
            await self._assign()
            if begun := await self._begun(positions):
                return begun
            for name, partition in self._partitions.items():
                partition.continue_at(int(positions[name]), self._consumer)
            waiting = [one for one in self._partitions.values() if not one.records]
            if len(waiting) == len(self._partitions):
                await self._fetch()
            return [batch for one in self._partitions.values() if (batch := one.batch())]

    async def lags(self, positions: Mapping[str, str]) -> Mapping[str, int]:
        """See `Reader.lags`."""
        with kafka_problems():
            ends = await self._consumer.end_offsets([one.at for one in self._partitions.values()])
            return {
                name: max(0, ends[one.at] - await one.reached(positions, self._consumer))
                for name, one in self._partitions.items()
            }

    async def _assign(self) -> None:
        """Take all partitions that the topic has now."""
        found = self._client.cluster.partitions_for_topic(self._place.topic)
        if not found:
            await self._client.force_metadata_update()
            raise SourceProblem(f"there is no topic {self._place.topic}, or it may not be seen")
        for number in sorted(found):
            if str(number) not in self._partitions:
                at = TopicPartition(self._place.topic, number)
                self._partitions[str(number)] = _Partition(at)
        if len(self._consumer.assignment()) < len(self._partitions):
            self._consumer.assign([one.at for one in self._partitions.values()])
            for one in self._partitions.values():
                one.forget()

    async def _begun(self, positions: Mapping[str, str]) -> list[Batch]:
        """Return the beginning of each partition that has no position yet."""
        new = {name: one for name, one in self._partitions.items() if not positions.get(name)}
        if not new:
            return []
        ask = self._consumer.beginning_offsets
        # a partition that came later is read whole, wherever the others began
        if self._asked.start == "newest" and len(new) == len(self._partitions):
            ask = self._consumer.end_offsets
        found = await ask([one.at for one in new.values()])
        return [Batch(name, "", str(found[one.at])) for name, one in new.items()]

    async def _fetch(self) -> None:
        try:
            found = await self._consumer.getmany(timeout_ms=WAIT_MS, max_records=MESSAGES_MAX)
        except errors.OffsetOutOfRangeError:
            await self._find_gaps()
            return
        for at, records in found.items():
            self._partitions[str(at.partition)].records.extend(records)

    async def _find_gaps(self) -> None:
        ats = [one.at for one in self._partitions.values()]
        begins = await self._consumer.beginning_offsets(ats)
        ends = await self._consumer.end_offsets(ats)
        for one in self._partitions.values():
            one.find_gap(begins[one.at], ends[one.at])


class _Partition:
    """One partition: what was fetched and not given yet, and where that begins."""

    def __init__(self, at: TopicPartition) -> None:
        self.at = at
        self.records: list[ConsumerRecord] = []
        self._next = -1
        self._gap_to = -1

    def forget(self) -> None:
        """Ask the brokers again for what follows the position."""
        self.records, self._next = [], -1

    def continue_at(self, position: int, consumer: AIOKafkaConsumer) -> None:
        """Go on at a position; what was fetched is used if it is what follows."""
        if position != self._next:
            self.forget()
            self._gap_to = -1
            consumer.seek(self.at, position)
            self._next = position

    def find_gap(self, begin: int, end: int) -> None:
        """Find out whether records were deleted before they were read.

        `SourceProblem` if the partition ends before the position: it is another one.
        """
        if self._next > end:
            raise SourceProblem(
                f"its position {self._next} in partition {self.at.partition} lies behind the end "
                f"{end}: the topic was made again, or lost its end. To read it from its beginning, "
                "give the source another name"
            )
        if 0 <= self._next < begin:
            self._gap_to = begin

    def batch(self) -> Batch | None:
        """Return what follows, as much as one batch may hold."""
        name, before = str(self.at.partition), self._next
        if self._gap_to > before:
            after, self._gap_to = self._gap_to, -1
            return Batch(name, str(before), str(after), missed=after - before)
        messages, size = list[Message](), 0
        for record in self.records[:MESSAGES_MAX]:
            size += len(record.value or b"")
            if messages and size > BYTES_MAX:
                break
            messages.append(_message(record))
        if not messages:
            return None
        after = int(messages[-1].position) + 1
        del self.records[: len(messages)]
        self._next = after  # if the batch counts, the state goes on there
        return Batch(name, str(before), str(after), messages)

    async def reached(self, positions: Mapping[str, str], consumer: AIOKafkaConsumer) -> int:
        """Return the number of the next record that is not read: marks of transactions are none."""
        position = int(positions.get(str(self.at.partition)) or 0)
        if self.records or self._next != position:
            return position
        return max(position, int(await consumer.position(self.at)))


def _message(record: ConsumerRecord) -> Message:
    return Message(str(record.offset), max(0, record.timestamp), record.value, record.key)


def _options(place: KafkaPlace) -> dict[str, object]:
    try:
        return connection_options(place)
    except StoreRefused:
        raise SourceProblem("ca_file, cert_file or key_file cannot be read as PEM") from None


@contextmanager
def kafka_problems() -> Iterator[None]:
    """Translate errors of Kafka; no text contains an address or a password."""
    try:
        yield
    except RIGHTS_ERRORS:
        raise SourceProblem(RIGHTS) from None
    except (*LOGIN_ERRORS, *SASL_ERRORS):
        raise SourceProblem(LOGIN) from None
    except errors.UnknownTopicOrPartitionError:
        raise SourceProblem("the topic is not there any more") from None
    except (errors.KafkaError, TimeoutError, OSError) as error:
        raise SourceProblem(f"{AWAY} ({type(error).__name__})") from None
