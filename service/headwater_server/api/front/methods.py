"""Turns a method handler of the generated code into a coroutine for each call."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Protocol

import grpc
import structlog

from headwater_server.api.front.context import Context

Work = Callable[[Context], Coroutine[Any, Any, None]]

_log = structlog.get_logger("headwater.api")


class Promptly(Protocol):
    """Answers calls of one method as their events come, without a task where it can.

    A function has it as its attribute ``promptly``; other servers than this one do not ask for it.
    """

    def begins(self, context: Any) -> bool:
        """Admit a new call; True: its message is to be received, and given to `answers`."""

    def answers(self, data: bytes | None, context: Any) -> bool:
        """Return whether the call will get `Context.finish`, or `Context.run`, by itself.

        ``data`` is None if the caller sent no message, or has left.
        """


class Method:
    """One method: ``work`` answers a call."""

    __slots__ = (
        "_function", "_is_generator", "decode", "encode", "promptly", "takes_stream", "work",
    )  # fmt: skip

    def __init__(self, handler: Any, name: str) -> None:
        """Raise TypeError for a function that would hold the loop up."""
        self.decode = handler.request_deserializer
        self.encode = handler.response_serializer
        self.takes_stream = handler.request_streaming
        kinds = (handler.unary_unary, handler.unary_stream, handler.stream_unary)
        self._function: Any = next(filter(None, kinds), handler.stream_stream)
        self._is_generator = inspect.isasyncgenfunction(self._function)
        if not (self._is_generator or inspect.iscoroutinefunction(self._function)):
            raise TypeError(f"{name} is no coroutine function, and no asynchronous generator")
        self.work: Work = self._answer_many if handler.response_streaming else self._answer_one
        self.promptly: Promptly | None = getattr(self._function, "promptly", None)

    def begin(self, context: Context) -> None:
        """Begin to answer a call that has arrived."""
        promptly = self.promptly
        if promptly is None or not promptly.begins(context):
            context.run()
            return

        def take(data: bytes | None) -> None:
            if not promptly.answers(data, context):
                context.run((data,))

        context.begin(take)

    async def answered(self, context: Context) -> None:
        """Answer one call; whatever happens in the method, the call gets a status."""
        try:
            await self.work(context)
        except (asyncio.CancelledError, grpc.aio.AbortError):
            pass  # the caller has left, or has its status
        except Exception as error:  # noqa: BLE001 - a call always gets a status
            _log.exception("a method failed", failed=type(error).__name__)
        finally:
            call = context.call
            if not call.is_over:
                call.end(grpc.StatusCode.UNKNOWN, "the method did not answer the call")
            call.worked()

    async def _answer_one(self, context: Context) -> None:
        request = await self._request(context)
        if request is not grpc.aio.EOF:
            response = await self._function(request, context)
            context.finish(self.encode(response) if self.encode else response)

    async def _answer_many(self, context: Context) -> None:
        request = await self._request(context)
        if request is grpc.aio.EOF:
            return
        if self._is_generator:
            async with contextlib.aclosing(self._function(request, context)) as responses:
                async for response in responses:
                    await context.write(response)
        else:
            await self._function(request, context)  # it writes to the context itself
        context.finish(None)

    async def _request(self, context: Context) -> Any:
        return _messages(context) if self.takes_stream else await context.read()


async def _messages(context: Context) -> AsyncIterator[Any]:
    while (message := await context.read()) is not grpc.aio.EOF:
        yield message
