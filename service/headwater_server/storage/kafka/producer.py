"""An idempotent producer of one partition, with one batch under way at a time.

Each batch carries the producer's id and a number. A broker that gets one again, after a lost answer
or from the leader before it, does not write it twice. When the outcome of a batch is unknown at its
deadline, or a broker refuses the id, the id is given up; the next batch has a new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiokafka import errors
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import InitProducerIdRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from headwater_server.storage.kafka.connecting import BACKOFF_MS
from headwater_server.storage.kafka.faults import FENCED, reason_of
from headwater_server.storage.kafka.partition import Partition

ALL = -1  # acks
FOREVER_MS = 2**31 - 1
Headers = Sequence[tuple[str, bytes]]


class Producer:
    """Appends records; each is confirmed by all replicas in sync before `append` returns."""

    def __init__(self, partition: Partition, timeout_ms: int) -> None:
        """Create it; the first `append` asks for an id."""
        self._partition = partition
        self._timeout_ms = timeout_ms
        self._turn = asyncio.Lock()
        self.identity: tuple[int, int] | None = None  # id and epoch
        self._number = 0

    async def append(self, value: bytes, headers: Headers) -> tuple[int, int]:
        """Return the record's number, and the time of its append; `StoreUnavailable` if unknown."""
        causes: list[Exception] = []
        try:
            async with asyncio.timeout(self._timeout_ms / 1_000), self._turn:
                return await self._until_confirmed(value, headers, causes)
        except TimeoutError as error:
            raise reason_of(causes[-1] if causes else error, sent=True) from error
        except (errors.KafkaError, OSError) as error:
            raise reason_of(error, sent=True) from error

    async def _until_confirmed(
        self, value: bytes, headers: Headers, causes: list[Exception]
    ) -> tuple[int, int]:
        """Send the same batch until it is confirmed; give the id up if that does not happen.

        Otherwise the next batch would have the number of one that may be on the log, and count as
        that one sent again.
        """
        try:
            while True:
                try:
                    return await self._sent(value, headers)
                except (errors.KafkaError, OSError) as error:
                    if not _passes(error):
                        raise
                    causes.append(error)
                await asyncio.sleep(BACKOFF_MS / 1_000)
                await self._partition.refresh()
        except BaseException:
            self.identity = None
            raise

    async def _sent(self, value: bytes, headers: Headers) -> tuple[int, int]:
        if self.identity is None:
            self.identity, self._number = await self._new_identity(), 0
        confirmed = await self._confirmed(self._batch(value, headers))
        self._number += 1
        return confirmed

    async def _new_identity(self) -> tuple[int, int]:
        answer = await self._partition.ask_any(InitProducerIdRequest(None, FOREVER_MS))
        if answer.error_code:
            raise _error(answer.error_code)
        return int(answer.producer_id), int(answer.producer_epoch)

    def _batch(self, value: bytes, headers: Headers) -> bytes:
        producer_id, epoch = self.identity or (-1, -1)
        builder = DefaultRecordBatchBuilder(2, 0, 0, producer_id, epoch, self._number, 0)
        builder.append(0, None, None, value, list(headers))
        return bytes(builder.build())

    async def _confirmed(self, batch: bytes) -> tuple[int, int]:
        where = [(self._partition.topic, [(0, batch)])]
        answer = await self._partition.ask(ProduceRequest(None, ALL, self._timeout_ms, where))
        _, code, number, time_ms, *_ = answer.topics[0][1][0]
        if code:
            raise _error(code)
        return int(number), int(time_ms)


def _error(code: int) -> Exception:
    error: Exception = errors.for_code(code)()
    return error


def _passes(error: BaseException) -> bool:
    """Whether the same batch may be sent again: the broker knows it by its number."""
    if isinstance(error, FENCED):
        return False
    return isinstance(error, OSError | errors.NodeNotReadyError | errors.StaleMetadata) or bool(
        getattr(error, "retriable", False)
    )
