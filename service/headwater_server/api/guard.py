"""What stands around every method of every service: limit, deadline, errors, log.

It is put on once, at registration, and not as a `grpc.aio.ServerInterceptor`: an interceptor is
asked again at each call, which costs 25 to 50 us on a bare echo of 170.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from headwater_server.api.call_log import log_call
from headwater_server.api.errors import Context, abort
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import DeadlineExceeded, Overloaded

Unary = Callable[[Any, Context], Awaitable[Any]]
Stream = Callable[[Any, Context], AsyncIterator[Any]]


def time_remaining_s(context: Context, settings: ApiSettings) -> float:
    """Return what is left of the call's time: the caller's deadline, given and capped by us."""
    remaining = cast("float | None", context.time_remaining())  # None: the caller gave no deadline
    if remaining is None:
        return settings.deadline_default_s
    return min(remaining, settings.deadline_max_s)


class Guard:
    """One limit on calls under way, shared by the methods that it is put around.

    Reads and writes have a guard each, so that writes which wait for a store that is away never
    keep a visitor from a list.
    """

    def __init__(self, settings: ApiSettings, calls_max: int) -> None:
        self._settings = settings
        self._calls_max = calls_max
        self._calls = 0

    def unary(self, method: Unary, call: str) -> Unary:
        """Return ``method`` with limit, deadline, errors and log around it."""
        settings = self._settings

        async def guarded(request: Any, context: Context) -> Any:
            start, failed = time.perf_counter(), ""
            self._calls += 1
            try:
                self._check_limit()
                remaining = context.time_remaining()
                if remaining is None or remaining > settings.deadline_max_s:
                    return await self._capped(method, request, context)
                return await method(request, context)  # gRPC itself ends the call at its deadline
            except Exception as error:  # noqa: BLE001 - nothing unknown may leave the house
                failed = type(error).__name__
                await abort(context, error, call)
            finally:
                self._calls -= 1
                log_call(settings, context, call, time.perf_counter() - start, failed)

        return guarded

    def stream(self, method: Stream, call: str) -> Stream:
        """Return a streaming ``method`` with limit, errors and log around it."""

        async def guarded(requests: Any, context: Context) -> AsyncIterator[Any]:
            start, failed = time.perf_counter(), ""
            self._calls += 1
            try:
                self._check_limit()
                async for response in method(requests, context):
                    yield response
            except Exception as error:  # noqa: BLE001 - nothing unknown may leave the house
                failed = type(error).__name__
                await abort(context, error, call)
            finally:
                self._calls -= 1
                log_call(self._settings, context, call, time.perf_counter() - start, failed)

        return guarded

    async def _capped(self, method: Unary, request: Any, context: Context) -> Any:
        """Run ``method`` within our own deadline, since the caller's is none or too far."""
        deadline = asyncio.timeout(time_remaining_s(context, self._settings))
        try:
            async with deadline:
                return await method(request, context)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise DeadlineExceeded("the server's own deadline passed") from error

    def _check_limit(self) -> None:
        if self._calls > self._calls_max:
            raise Overloaded(self._settings.retry_after_ms)
