"""What a guard knows of one call."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from headwater_server.api.access.call_kinds import Kind
from headwater_server.api.errors import Context
from headwater_server.api.guard.accounts import Account
from headwater_server.api.guard.gate import Gate
from headwater_server.api.guard.turns import Turns
from headwater_server.observability.meters import CallMeter
from headwater_server.observability.request import Request


class CallState:
    """One call inside a guard."""

    __slots__ = ("account", "caller", "error", "is_load", "request", "start_s", "status", "timer")

    def __init__(self, context: Context, start_s: float, *, is_load: bool) -> None:
        self.is_load = is_load
        self.start_s = start_s
        self.request = Request(context.invocation_metadata)
        self.status = "CANCELLED"  # unless it completes: the caller left, or its time ran out
        self.error: Exception | None = None
        self.caller: Account | None = None  # once the key is known
        self.account: Account | None = None  # once the call is admitted
        self.timer: asyncio.TimerHandle | None = None  # of a call that gRPC does not end itself

    @property
    def admitted(self) -> Account:
        """The account of a call that was admitted."""
        account: Any = self.account  # without `cast`, which is called
        return account  # type: ignore[no-any-return]  # as the contract says


class Guarding(Protocol):
    """The part of a guard that admits calls and records their ends."""

    gate: Gate
    turns: Turns

    def start(self, context: Context, meter: CallMeter) -> CallState:
        """Record that a call has arrived."""
        ...

    def admit(self, state: CallState, kind: Kind, call: str, context: Context) -> Account:
        """Return the account of a call that may go on; raise what it is refused with."""
        ...

    def ends_in_time(self, context: Context) -> bool:
        """Return whether gRPC itself ends the call at its deadline."""
        ...

    def longest_s(self, context: Context) -> float:
        """Return the server's own deadline for a call of which that is not so."""
        ...

    def end(self, meter: CallMeter, call: str, state: CallState) -> None:
        """Record the end of a call."""
