"""Wraps every method of every service: gate, limit, deadline, errors, meter, log.

`GuardedServer` wraps each method once, at registration. This is no `grpc.aio.ServerInterceptor`,
since an interceptor runs again for each call, which adds 25 to 50 us to a bare echo of 170.
A call's body is received when key, rate and places allow the call, and is decoded in its turn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from headwater_server.api.access.call_kinds import Kind, kind_of
from headwater_server.api.errors import Context, abort, row
from headwater_server.api.guard.accounts import Account, current_account
from headwater_server.api.guard.body import Body
from headwater_server.api.guard.gate import Gate
from headwater_server.api.guard.load import Load
from headwater_server.api.guard.places import Places
from headwater_server.api.guard.turns import Turns
from headwater_server.api.guard.waiting_room import WaitingRoom
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import DeadlineExceeded
from headwater_server.observability.meters import CallMeter
from headwater_server.observability.request import Request, current

Unary = Callable[[Any, Context], Awaitable[Any]]
Stream = Callable[[Any, Context], AsyncIterator[Any]]
Encode = Callable[[Any], bytes]


def time_remaining_s(context: Context, settings: ApiSettings) -> float:
    """Return what is left of the caller's deadline, within the server's default and maximum."""
    remaining = cast("float | None", context.time_remaining())  # None: the caller gave no deadline
    if remaining is None:
        return settings.deadline_default_s
    return min(remaining, settings.deadline_max_s)


class _CallState:
    """One call inside a guard."""

    __slots__ = ("account", "caller", "error", "is_load", "request", "start_s", "status")

    def __init__(self, context: Context, start_s: float, *, is_load: bool) -> None:
        self.is_load = is_load
        self.start_s = start_s
        self.request = Request(context.invocation_metadata)
        self.status = "CANCELLED"  # unless it completes: the caller left, or its time ran out
        self.error: Exception | None = None
        self.caller: Account | None = None  # once the key is known
        self.account: Account | None = None  # once the call is admitted
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
        turns: Turns | None = None,
        room: WaitingRoom | None = None,
    ) -> None:
        """Share all but ``calls_max`` with the other guards of the server.

        ``room`` is for calls that wait for a `min_offset`.
        """
        self._settings = settings
        self._gate = gate or Gate(settings)
        self._places = Places(settings, calls_max, load or Load(settings))
        self._turns = turns or Turns()
        self._room = room

    def unary(self, method: Unary, call: str, body: Body, encode: Encode) -> Unary:
        """Return ``method`` wrapped in all that this module does; it reads and returns bytes.

        The method itself may return its response as a message or as the bytes of one.
        """
        meter, kind = self._gate.meter(call), kind_of(call)

        async def work(data: bytes, context: Context) -> bytes:
            request = body.message(data)
            if body.has_min_offset and request.min_offset:
                await self._reached(request.min_offset, context)
            response = await method(request, context)
            return response if type(response) is bytes else encode(response)

        async def answer(account: Account, context: Context) -> bytes:
            if account.is_heavy(time.monotonic()):
                await self._turns.enter(account)
            data = await body.read(context, account.receiving)
            return await self._turns.run(account, work(data, context))

        async def guarded(_requests: Any, context: Context) -> Any:
            state = self._start(context, meter)
            try:
                account = self._admit(state, kind, call, context)
                response = await self._in_time(answer, account, context)
                sent: Any = account.unsent(len(response))
                context.add_done_callback(sent)
            except Exception as error:  # noqa: BLE001 - the text of an unknown error never reaches a caller
                self._failed(state, error)
                if state.account is None:
                    await self._gate.refused(context, state.caller)
                else:
                    await self._gate.failed(context, state.account, error)
                await abort(context, error, call)
            else:
                state.status = "OK"
                return response
            finally:
                self._end(state, meter, call)

        return guarded

    def stream(self, method: Stream, call: str, body: Body) -> Stream:
        """Return a streaming ``method`` wrapped in the same, except for the deadline.

        A stream may be open and idle for hours, so it does not count as load; each of its batches
        waits until the load allows it.
        """
        meter, kind = self._gate.meter(call), kind_of(call)

        async def guarded(requests: Any, context: Context) -> AsyncIterator[Any]:
            state = self._start(context, meter, is_load=False)
            try:
                account = self._admit(state, kind, call, context)
                messages = self._messages(requests, body, account)
                async for response in method(messages, context):
                    yield response
                state.status = "OK"
            except Exception as error:  # noqa: BLE001 - the text of an unknown error never reaches a caller
                self._failed(state, error)
                await abort(context, error, call)
            finally:
                self._end(state, meter, call)

        return guarded

    def _start(self, context: Context, meter: CallMeter, *, is_load: bool = True) -> _CallState:
        meter.under_way += 1
        return _CallState(context, self._turns.arrived(), is_load=is_load)

    def _admit(self, state: _CallState, kind: Kind, call: str, context: Context) -> Account:
        state.caller = account = self._gate.admit(state.request, call, context)
        self._turns.charge(account, state.start_s)
        self._places.admit(account, kind, is_load=state.is_load)
        state.account = account
        current_account.set(account)
        return account

    async def _messages(
        self, requests: AsyncIterator[bytes], body: Body, account: Account
    ) -> AsyncIterator[Any]:
        async def decoded(data: bytes) -> Any:
            return body.message(data)

        async for data in requests:
            yield await self._turns.run(account, decoded(data))

    async def _reached(self, min_offset: str, context: Context) -> None:
        """Wait until the state contains ``min_offset``, without a place meanwhile."""
        room = self._room
        if room is None or room.has_reached(min_offset):
            return
        account = current_account.get()
        assert account is not None  # noqa: S101 - set when the call was admitted
        with room.place(account), self._places.freed(account):
            await room.reach(min_offset, time_remaining_s(context, self._settings))

    def _in_time(self, answer: Unary, account: Account, context: Context) -> Awaitable[Any]:
        remaining = context.time_remaining()
        if remaining is None or remaining > self._settings.deadline_max_s:
            return self._capped(answer, account, context)
        return answer(account, context)  # gRPC itself ends the call at its deadline

    async def _capped(self, answer: Unary, account: Account, context: Context) -> Any:
        """Answer within the server's deadline: the caller's is missing or too far away."""
        deadline = asyncio.timeout(time_remaining_s(context, self._settings))
        try:
            async with deadline:
                return await answer(account, context)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise DeadlineExceeded("the server's own deadline passed") from error

    def _failed(self, state: _CallState, error: Exception) -> None:
        state.error, state.status = error, row(error)[0].name

    def _end(self, state: _CallState, meter: CallMeter, call: str) -> None:
        if state.account is not None:
            self._places.leave(state.account, is_load=state.is_load)
        took_s = time.monotonic() - state.start_s
        meter.ended(state.status, took_s)
        self._gate.ended(call, state.request, state.status, took_s, state.error)
