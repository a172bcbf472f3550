"""Answers calls of one method as their events come.

A call is admitted when it arrives, and its message is received before anything else is made for it.
Then a `Soon` may take its request, and what it answers is sent at once. Everything else goes to the
method's coroutine, with what is known by then: refusals, errors, callers who have to wait, requests
that are not plain. So the coroutine is the rule, and this only saves steps where none waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from headwater_server.api.access.call_kinds import kind_of
from headwater_server.api.guard.body import RECEIVING_MAX, Body
from headwater_server.api.guard.prompt.asked import Asked
from headwater_server.api.guard.prompt.call_state import CallState, Guarding
from headwater_server.errors import DeadlineExceeded

OWN_DEADLINE = "the server's own deadline passed"


class Soon(Protocol):
    """What answers some requests of a method, each at once or together with the next ones."""

    def ask(self, request: Any, waiting: Asked, *, is_page: bool) -> bool:
        """Return whether ``waiting`` will get an answer."""
        ...

    def encode(self, answer: Any) -> bytes:
        """Return the response to an answer."""
        ...


class Prompt:
    """One method of a guard; see `front.methods.Promptly`."""

    def __init__(self, guard: Guarding, call: str, body: Body, soon: Soon | None = None) -> None:
        """Without ``soon``, a call's coroutine begins when its message is there."""
        self._guard, self._call, self._kind = guard, call, kind_of(call)
        self._meter, self._body, self._soon = guard.gate.meter(call), body, soon
        self._end: Callable[[CallState], None] = partial(guard.end, self._meter, call)

    def begins(self, context: Any) -> bool:
        """Admit a new call; False: its coroutine refuses it, or waits until it may be received."""
        state = context.begun = self._guard.start(context, self._meter)
        try:
            account = self._guard.admit(state, self._kind, self._call, context)
        except Exception as error:  # noqa: BLE001 - the coroutine raises it
            state.error = error
            return False
        receiving = account.receiving
        if receiving.bodies >= RECEIVING_MAX or account.is_heavy(state.start_s):
            return False
        receiving.bodies += 1
        if not self._guard.ends_in_time(context):
            longest_s = self._guard.longest_s(context)
            state.timer = asyncio.get_running_loop().call_later(longest_s, self._late, context)
        return True

    def _late(self, context: Any) -> None:
        """Let the coroutine refuse a call whose message does not come."""
        state: CallState = context.begun
        state.admitted.receiving.received()
        state.error = DeadlineExceeded(OWN_DEADLINE)
        context.run()

    def answers(self, data: bytes | None, context: Any) -> bool:
        """Return whether the call will be answered without its coroutine."""
        state: CallState = context.begun
        account, soon, turns = state.admitted, self._soon, self._guard.turns
        account.receiving.received()
        if state.timer is not None:
            state.timer.cancel()
        if soon is None or data is None or not turns.may_run(account):
            return False
        waiting = Asked(state, context, turns, soon.encode, self._end)
        try:
            return soon.ask(self._body.message(data), waiting, is_page=state.request.is_page)
        except Exception:  # noqa: BLE001 - the coroutine finds the same, and says so
            return False
