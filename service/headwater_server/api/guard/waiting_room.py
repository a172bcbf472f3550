"""A room for calls that wait for a `min_offset`, so that they take no place from other calls."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator

from headwater_server.api.guard.accounts import Account
from headwater_server.errors import Overloaded

RETRY_MS = 200  # an offset that is on the log is usually reached sooner


class WaitingRoom:
    """At most ``calls_max`` calls wait, and one caller leaves a quarter of the room to others."""

    def __init__(
        self,
        calls_max: int,
        has_reached: Callable[[str], bool],
        reach: Callable[[str, float | None], Awaitable[None]],
    ) -> None:
        """``has_reached`` and ``reach`` are those of the replica."""
        self._most = calls_max
        self.has_reached = has_reached
        self.reach = reach
        self.calls = 0

    @contextlib.contextmanager
    def place(self, account: Account) -> Iterator[None]:
        """Take a place while inside; raise `Overloaded` if there is none."""
        if self.calls >= self._most or not account.has_share(self, self._most):
            raise Overloaded(RETRY_MS, "too many calls wait for a min_offset")
        self.calls += 1
        account.enter(self)
        try:
            yield
        finally:
            self.calls -= 1
            account.leave(self)
