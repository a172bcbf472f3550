"""A stream of batches: reads ahead up to a limit, and answers in the order of arrival."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

from headwater_server.api.draining import Draining
from headwater_server.errors import InvalidRequest, StoreUnavailable

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Take = Callable[[Request], Awaitable[Awaitable[Answer]]]

STOPPING = "the server is stopping; send unanswered batches again, no event is learned twice"


class Pipeline(Generic[Request, Answer]):
    """Takes requests one after the other, with up to ``under_way_max`` of them under way.

    When that many are unanswered, it reads no further, so that gRPC's own flow control holds the
    caller back. After a request that cannot be taken it reads no more: it yields the answers to
    the requests before that one, then raises its error.
    """

    def __init__(self, take: Take[Request, Answer], under_way_max: int, draining: Draining) -> None:
        """``take`` queues a request in order, and returns an awaitable of its answer."""
        self._take = take
        self._room = asyncio.Semaphore(under_way_max)
        self._under_way: asyncio.Queue[asyncio.Future[Answer] | None] = asyncio.Queue()
        self._draining = draining

    async def answers(self, requests: AsyncIterator[Request]) -> AsyncIterator[Answer]:
        """Yield each request's answer. Ends when the requests do, or with the first error."""
        reading = asyncio.create_task(self._read(requests))
        try:
            while (answer := await self._under_way.get()) is not None:
                yield await answer
                self._room.release()
            await reading  # raises the error that ended it
        finally:
            await self._leave(reading)

    async def _read(self, requests: AsyncIterator[Request]) -> None:
        try:
            number = 0
            while (request := await self._next(requests)) is not None:
                self._under_way.put_nowait(await self._taken(request, number))
                number += 1
        finally:
            self._under_way.put_nowait(None)

    async def _taken(self, request: Request, number: int) -> asyncio.Future[Answer]:
        try:
            return asyncio.ensure_future(await self._take(request))
        except InvalidRequest as error:
            raise InvalidRequest(f"batches[{number}].{error.field}", error.problem) from None

    async def _next(self, requests: AsyncIterator[Request]) -> Request | None:
        """Return the next request, None after the last; wait for room before reading it."""
        if not await self._unless_stopping(self._room.acquire()):
            raise StoreUnavailable(STOPPING)
        following = await self._unless_stopping(anext(requests, _END))
        if following is None:
            raise StoreUnavailable(STOPPING)
        return None if following is _END else following  # type: ignore[return-value]  # or a request

    async def _unless_stopping(self, work: Awaitable[object]) -> object | None:
        """Return the result of ``work``, None if the server stops first."""
        task = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._draining.started())
        try:
            await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            stopping.cancel()
            task.cancel()

    async def _leave(self, reading: asyncio.Task[None]) -> None:
        """Stop waiting for requests under way; they continue without a waiting caller."""
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await reading
        while not self._under_way.empty():
            if (answer := self._under_way.get_nowait()) is not None:
                answer.add_done_callback(_retrieve_error)


def _retrieve_error(answer: asyncio.Future[Answer]) -> None:
    """Retrieve the error, so that asyncio does not log it as never retrieved."""
    if not answer.cancelled():
        answer.exception()


_END = object()
