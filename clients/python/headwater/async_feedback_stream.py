"""Feedback as a stream of batches, for asyncio: sent ahead, answered in order, sent again."""

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
    """One caller's batches over as many connections as it takes."""

    def __init__(
        self,
        method: Any,
        batches: Iterable[Batch] | AsyncIterable[Batch],
        metadata: tuple[tuple[str, str], ...],
        patience_s: float,
    ) -> None:
        """Take gRPC's ``method`` for both directions; nothing is sent yet."""
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
                await self._tell()
                self._patience.restored()
                yield answer
        except grpc.aio.AioRpcError as error:
            raise _read_error(error) from error
        finally:
            call.cancel()

    async def _requests(self, connection: int) -> AsyncIterator[pb.StreamFeedbackRequest]:
        """Yield what a connection sends; nothing more once there is another."""
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
        """Take batches from the caller as long as not too many are unanswered."""
        error: BaseException | None = None
        try:
            async for batch in self._batches:
                self._kept.drawn(batch, None)
                await self._tell()
                async with self._changed:
                    await self._changed.wait_for(lambda: not self._kept.is_full)
        except Exception as raised:  # noqa: BLE001 - it is the caller's, and raised to it
            error = raised
        self._kept.drawn(None, error)
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _read_error(error: grpc.aio.AioRpcError) -> HeadwaterError:
    """Return what the caller hears; a try that ended under a write says only that, not why."""
    if "Internal error from Core" in (error.details() or ""):
        return UnavailableError("the stream ended", code=grpc.StatusCode.UNAVAILABLE)
    return from_rpc_error(error)


async def _each(batches: Iterable[Batch]) -> AsyncIterator[Batch]:
    for batch in batches:
        yield batch
        await asyncio.sleep(0)  # a long list must not keep others from their turn
