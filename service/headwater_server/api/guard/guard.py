"""Wraps every method of every service: gate, limit, deadline, errors, meter, log.

`GuardedServer` wraps each method once, at registration. This is no `grpc.aio.ServerInterceptor`,
since an interceptor runs again for each call, which adds 25 to 50 us to a bare echo of 170.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from headwater_server.api.access.call_kinds import Kind, kind_of
from headwater_server.api.errors import Context, abort, row
from headwater_server.api.guard.gate import Gate
from headwater_server.api.guard.load import Load
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import DeadlineExceeded, Overloaded
from headwater_server.observability.meters import CallMeter
from headwater_server.observability.request import Request, current

Unary = Callable[[Any, Context], Awaitable[Any]]
Stream = Callable[[Any, Context], AsyncIterator[Any]]


def time_remaining_s(context: Context, settings: ApiSettings) -> float:
    """Return what is left of the caller's deadline, within the server's default and maximum."""
    remaining = cast("float | None", context.time_remaining())  # None: the caller gave no deadline
    if remaining is None:
        return settings.deadline_default_s
    return min(remaining, settings.deadline_max_s)


class _CallState:
    """One call inside a guard."""

    __slots__ = ("error", "request", "start_s", "status")

    def __init__(self, context: Context) -> None:
        self.start_s = time.perf_counter()
        self.request = Request(context.invocation_metadata)
        self.status = "CANCELLED"  # unless it completes: the caller left, or its time ran out
        self.error: Exception | None = None
        current.set(self.request)  # each call runs in its own task, so this ends with the call


class Guard:
    """One limit on calls under way, shared by the methods that it wraps.

    Reads and writes have separate guards, so that writes that wait for an unavailable store
    never keep a visitor from a list.
    """

    def __init__(
        self,
        settings: ApiSettings,
        calls_max: int,
        gate: Gate | None = None,
        load: Load | None = None,
    ) -> None:
        """Share ``gate`` and ``load`` with the other guards of the server."""
        self._settings = settings
        self._calls_max = calls_max
        self._calls = 0
        self._gate = gate or Gate(settings)
        self._load = load or Load(settings)

    def unary(self, method: Unary, call: str) -> Unary:
        """Return ``method`` wrapped in all that this module does."""
        meter, kind = self._gate.meter(call), kind_of(call)

        async def guarded(request: Any, context: Context) -> Any:
            state = self._start(context, meter)
            self._load.calls += 1
            try:
                self._admit(state, kind, call)
                response = await self._in_time(method, request, context)
            except Exception as error:  # noqa: BLE001 - the text of an unknown error never reaches a caller
                self._failed(state, error)
                await abort(context, error, call)
            else:
                state.status = "OK"
                return response
            finally:
                self._load.calls -= 1
                self._end(state, meter, call)

        return guarded

    def stream(self, method: Stream, call: str) -> Stream:
        """Return a streaming ``method`` wrapped in the same, except for the deadline.

        A stream may be open and idle for hours, so it does not count as load; each of its batches
        waits until the load allows it.
        """
        meter, kind = self._gate.meter(call), kind_of(call)

        async def guarded(requests: Any, context: Context) -> AsyncIterator[Any]:
            state = self._start(context, meter)
            try:
                self._admit(state, kind, call)
                async for response in method(requests, context):
                    yield response
                state.status = "OK"
            except Exception as error:  # noqa: BLE001 - the text of an unknown error never reaches a caller
                self._failed(state, error)
                await abort(context, error, call)
            finally:
                self._end(state, meter, call)

        return guarded

    def _start(self, context: Context, meter: CallMeter) -> _CallState:
        self._calls += 1
        meter.under_way += 1
        return _CallState(context)

    def _admit(self, state: _CallState, kind: Kind, call: str) -> None:
        self._gate.admit(state.request, call)
        self._load.admit(kind)
        if self._calls > self._calls_max:
            raise Overloaded(self._settings.retry_after_ms)

    def _in_time(self, method: Unary, request: Any, context: Context) -> Awaitable[Any]:
        remaining = context.time_remaining()
        if remaining is None or remaining > self._settings.deadline_max_s:
            return self._capped(method, request, context)
        return method(request, context)  # gRPC itself ends the call at its deadline

    async def _capped(self, method: Unary, request: Any, context: Context) -> Any:
        """Run ``method`` within the server's deadline: the caller's is missing or too far away."""
        deadline = asyncio.timeout(time_remaining_s(context, self._settings))
        try:
            async with deadline:
                return await method(request, context)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise DeadlineExceeded("the server's own deadline passed") from error

    def _failed(self, state: _CallState, error: Exception) -> None:
        state.error, state.status = error, row(error)[0].name

    def _end(self, state: _CallState, meter: CallMeter, call: str) -> None:
        self._calls -= 1
        took_s = time.perf_counter() - state.start_s
        meter.ended(state.status, took_s)
        self._gate.ended(call, state.request, state.status, took_s, state.error)
