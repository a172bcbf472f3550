"""Feedback as a stream of batches, for asyncio; unanswered batches are sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

import grpc

from headwater.errors import HeadwaterError, UnavailableError, from_rpc_error
from headwater.events import FeedbackAnswer
from headwater.unanswered import Batch, Patience, Unanswered
from headwater.v1 import feedback_service_pb2 as pb


class AsyncFeedbackStream:
    """The batches of one caller, over as many connections as necessary."""

    def __init__(
        self,
        method: Any,
        batches: Iterable[Batch] | AsyncIterable[Batch],
        metadata: tuple[tuple[str, str], ...],
        patience_s: float,
    ) -> None:
        """Keep gRPC's ``method`` for both directions; nothing is sent yet."""
        self._method = method
        self._batches = batches if isinstance(batches, AsyncIterable) else _each(batches)
        self._metadata = metadata
        self._patience = Patience(patience_s)
        self._kept = Unanswered()
        self._changed = asyncio.Condition()

    async def answers(self) -> AsyncIterator[FeedbackAnswer]:
        """Yield an answer for each batch, in order."""
        drawing = asyncio.create_task(self._draw_all(), name="headwater")
        try:
            while not self._kept.is_done:
                try:
                    async for answer in self._connect():
                        yield answer
                except HeadwaterError as error:
                    await asyncio.sleep(self._patience.delay_s(error))
            if self._kept.error is not None:
                raise self._kept.error
        finally:
            drawing.cancel()
            await asyncio.gather(drawing, return_exceptions=True)

    async def _connect(self) -> AsyncIterator[FeedbackAnswer]:
        connection = self._kept.connected()
        call = self._method(self._requests(connection), metadata=self._metadata)
        try:
            async for response in call:
                answer = self._kept.answered(response)
                await self._notify_all()
                self._patience.restored()
                yield answer
        except grpc.aio.AioRpcError as error:
            raise _read_error(error) from error
        finally:
            call.cancel()

    async def _requests(self, connection: int) -> AsyncIterator[pb.StreamFeedbackRequest]:
        """Yield what a connection sends, until there is a newer connection."""
        kept = self._kept
        while True:
            async with self._changed:
                await self._changed.wait_for(
                    lambda: kept.has_unsent or kept.ended or not kept.is_current(connection)
                )
            request = kept.take(connection)
            if request is None:
                return
            yield request

    async def _draw_all(self) -> None:
        """Take batches from the caller while there are not too many without an answer."""
        error: BaseException | None = None
        try:
            async for batch in self._batches:
                self._kept.drawn(batch, None)
                await self._notify_all()
                async with self._changed:
                    await self._changed.wait_for(lambda: not self._kept.is_full)
        except Exception as raised:  # noqa: BLE001 - the caller's own error: raised to the caller
            error = raised
        self._kept.drawn(None, error)
        await self._notify_all()

    async def _notify_all(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _read_error(error: grpc.aio.AioRpcError) -> HeadwaterError:
    """Return the caller's error; gRPC gives no reason if a stream ends during a write."""
    if "Internal error from Core" in (error.details() or ""):
        return UnavailableError("the stream ended", code=grpc.StatusCode.UNAVAILABLE)
    return from_rpc_error(error)


async def _each(batches: Iterable[Batch]) -> AsyncIterator[Batch]:
    for batch in batches:
        yield batch
        await asyncio.sleep(0)  # a long list must not block other tasks
