"""Wraps every method of every service: gate, limit, deadline, errors, meter, log.

`GuardedServer` wraps each method once, at registration. This is no `grpc.aio.ServerInterceptor`,
since an interceptor runs again for each call, which adds 25 to 50 us to a bare echo of 170.
A call's body is received when key, rate and places allow the call, and is decoded in its turn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from headwater_server.api.access.call_kinds import Kind, kind_of
from headwater_server.api.errors import Context, abort, row
from headwater_server.api.guard.accounts import Account, current_account
from headwater_server.api.guard.body import Body
from headwater_server.api.guard.gate import Gate
from headwater_server.api.guard.load import Load
from headwater_server.api.guard.places import Places
from headwater_server.api.guard.prompt.call_state import CallState
from headwater_server.api.guard.prompt.prompt import OWN_DEADLINE, Prompt, Soon
from headwater_server.api.guard.turns import Turns
from headwater_server.api.guard.waiting_room import WaitingRoom
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import DeadlineExceeded
from headwater_server.observability.meters import CallMeter
from headwater_server.observability.request import current

Unary = Callable[[Any, Context], Awaitable[Any]]
Stream = Callable[[Any, Context], AsyncIterator[Any]]
Encode = Callable[[Any], bytes]


def time_remaining_s(context: Context, settings: ApiSettings) -> float:
    """Return what is left of the caller's deadline, within the server's default and maximum."""
    remaining: float | None = context.time_remaining()  # None: the caller gave no deadline
    if remaining is None:
        return settings.deadline_default_s
    return min(remaining, settings.deadline_max_s)


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
        self.gate = gate or Gate(settings)
        self._places = Places(settings, calls_max, load or Load(settings))
        self.turns = turns or Turns()
        self._room = room

    def unary(
        self, method: Unary, call: str, body: Body, encode: Encode, soon: Soon | None = None
    ) -> Unary:
        """Return ``method`` wrapped in all that this module does; it reads and returns bytes.

        The method itself may return its response as a message or as the bytes of one. ``soon``
        answers some requests without it. The returned function has the attribute ``promptly``,
        see `front.methods`.
        """
        meter, kind = self.gate.meter(call), kind_of(call)

        async def work(data: bytes, context: Context) -> bytes:
            request = body.message(data)
            if body.has_min_offset and request.min_offset:
                await self._reached(request.min_offset, context)
            response = await method(request, context)
            return response if type(response) is bytes else encode(response)

        async def answer(account: Account, context: Context) -> bytes:
            if account.is_heavy(time.monotonic()):
                await self.turns.enter(account)
            data = await body.read(context, account.receiving)
            return await self.turns.run(account, work(data, context))

        async def guarded(_requests: Any, context: Context) -> Any:
            state: CallState = getattr(context, "begun", None) or self.start(context, meter)
            current.set(state.request)  # each call runs in its own task, so this ends with the call
            try:
                account = self._admitted(state, kind, call, context)
                response = await self._in_time(answer, account, context)
                sent: Any = account.unsent(len(response))
                context.add_done_callback(sent)
            except Exception as error:  # noqa: BLE001 - the text of an unknown error never reaches a caller
                self._failed(state, error)
                if state.account is None:
                    await self.gate.refused(context, state.caller)
                else:
                    await self.gate.failed(context, state.account, error)
                await abort(context, error, call)
            else:
                state.status = "OK"
                return response
            finally:
                self.end(meter, call, state)

        answering: Any = guarded  # whose type has no such attribute
        answering.promptly = Prompt(self, call, body, soon)
        return guarded

    def stream(self, method: Stream, call: str, body: Body) -> Stream:
        """Return a streaming ``method`` wrapped in the same, except for the deadline.

        A stream may be open and idle for hours, so it does not count as load; each of its batches
        waits until the load allows it.
        """
        meter, kind = self.gate.meter(call), kind_of(call)

        async def guarded(requests: Any, context: Context) -> AsyncIterator[Any]:
            state = self.start(context, meter, is_load=False)
            current.set(state.request)
            try:
                account = self._admitted(state, kind, call, context)
                messages = self._messages(requests, body, account, state)
                async for response in method(messages, context):
                    yield response
                state.status = "OK"
            except Exception as error:  # noqa: BLE001 - the text of an unknown error never reaches a caller
                self._failed(state, error)
                await abort(context, error, call)
            finally:
                self.end(meter, call, state)

        return guarded

    def start(self, context: Context, meter: CallMeter, *, is_load: bool = True) -> CallState:
        """Record that a call has arrived."""
        meter.under_way += 1
        return CallState(context, self.turns.arrived(), is_load=is_load)

    def admit(self, state: CallState, kind: Kind, call: str, context: Context) -> Account:
        """Return the account of a call that may go on; raise what it is refused with."""
        state.caller = account = self.gate.admit(state.request, call, context)
        self.turns.charge(account, state.start_s)
        self._places.admit(account, kind, is_load=state.is_load)
        state.account = account
        return account

    def _admitted(self, state: CallState, kind: Kind, call: str, context: Context) -> Account:
        """Do the same, unless it was done before; raise what has failed since then."""
        if state.error is not None:
            raise state.error
        account = state.account or self.admit(state, kind, call, context)
        current_account.set(account)
        return account

    async def _messages(
        self, requests: AsyncIterator[bytes], body: Body, account: Account, state: CallState
    ) -> AsyncIterator[Any]:
        async def decoded(data: bytes) -> Any:
            return body.message(data)

        async for data in requests:
            self.gate.check_session(state.request)
            yield await self.turns.run(account, decoded(data))

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
        if self.ends_in_time(context):
            return answer(account, context)
        return self._capped(answer, account, context)

    def ends_in_time(self, context: Context) -> bool:
        """Return whether gRPC itself ends the call at its deadline, so that it needs no other."""
        remaining: float | None = context.time_remaining()
        return remaining is not None and remaining <= self._settings.deadline_max_s

    def longest_s(self, context: Context) -> float:
        """Return the server's own deadline for a call of which that is not so."""
        return time_remaining_s(context, self._settings)

    async def _capped(self, answer: Unary, account: Account, context: Context) -> Any:
        """Answer within the server's deadline: the caller's is missing or too far away."""
        deadline = asyncio.timeout(time_remaining_s(context, self._settings))
        try:
            async with deadline:
                return await answer(account, context)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise DeadlineExceeded(OWN_DEADLINE) from error

    def _failed(self, state: CallState, error: Exception) -> None:
        state.error, state.status = error, row(error)[0].name

    def end(self, meter: CallMeter, call: str, state: CallState) -> None:
        """Record the end of a call."""
        if state.account is not None:
            self._places.leave(state.account, is_load=state.is_load)
        took_s = time.monotonic() - state.start_s
        meter.ended(state.status, took_s)
        self.gate.ended(call, state.request, state.status, took_s, state.error)
