"""A call that waits for an answer without a task, and sends it as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from headwater_server.api.guard.prompt.call_state import CallState
from headwater_server.api.guard.turns import Turns

Encode = Callable[[Any], bytes]
End = Callable[[CallState], None]


class Asked:
    """What an answer is given to; see `replica.reads.together.Waiting`."""

    __slots__ = ("_context", "_encode", "_end", "_state", "_turns", "took_s")

    def __init__(
        self, state: CallState, context: Any, turns: Turns, encode: Encode, end: End
    ) -> None:
        """``encode`` makes the response of an answer; ``end`` records the end of the call."""
        self._state, self._context = state, context
        self._turns, self._encode, self._end = turns, encode, end
        self.took_s = 0.0

    def done(self) -> bool:
        """Return whether the call is over: the server stops."""
        return bool(self._context.done())

    def set_result(self, answer: Any) -> None:
        """Send the answer."""
        state, context = self._state, self._context
        account = state.admitted
        start_s = time.monotonic()
        try:
            response = self._encode(answer)
        except Exception as error:  # noqa: BLE001 - as any error of the method
            self.set_exception(error)
            return
        context.add_done_callback(account.unsent(len(response)))
        state.status = "OK"
        try:
            context.finish(response)
        finally:
            self._end(state)
            self._turns.answered(account, start_s, self.took_s)

    def set_exception(self, error: Exception) -> None:
        """Let the method's coroutine raise it."""
        self._state.error = error
        self._context.run()
