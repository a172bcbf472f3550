"""The places of calls under way, of all callers together and of each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from headwater_server.api.access.call_kinds import Kind
from headwater_server.api.guard.accounts import UNSENT_BYTES_MAX, Account, share_of
from headwater_server.api.guard.load import Load
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import Overloaded

READ_LATER_MS = 1_000


class Places:
    """At most ``calls_max`` calls are under way, and one caller leaves a quarter to others."""

    def __init__(self, settings: ApiSettings, calls_max: int, load: Load) -> None:
        """``load`` counts the calls of all guards."""
        self._retry_after_ms = settings.retry_after_ms
        self._most = calls_max
        self._load = load
        self._share = share_of(calls_max)
        self._calls = 0

    def admit(self, account: Account, kind: Kind, *, is_load: bool) -> None:
        """Take a place; raise `Overloaded` if there is none."""
        self._load.admit(kind)
        if self._calls >= self._most:
            raise Overloaded(self._retry_after_ms)
        under_way = account.calls.get(self, 0)
        if under_way >= self._share:
            what = "this caller has more calls under way than its share"
            raise Overloaded(self._retry_after_ms, what)
        if account.unsent_bytes > UNSENT_BYTES_MAX:
            raise Overloaded(READ_LATER_MS, "this caller does not read the responses to its calls")
        self._calls += 1
        self._load.calls += is_load
        account.calls[self] = under_way + 1

    def enter(self, account: Account, *, is_load: bool) -> None:
        """Take a place, beyond the limits, too.

        An open stream takes one, but is no load while it is idle.
        """
        self._calls += 1
        self._load.calls += is_load
        account.enter(self)

    def leave(self, account: Account, *, is_load: bool) -> None:
        """Free a place."""
        self._calls -= 1
        self._load.calls -= is_load
        account.leave(self)

    @contextlib.contextmanager
    def freed(self, account: Account) -> Iterator[None]:
        """Free the place while a call waits for something else than its turn."""
        self.leave(account, is_load=True)
        try:
            yield
        finally:
            self.enter(account, is_load=True)
