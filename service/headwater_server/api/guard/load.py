"""Detects overload, and refuses one kind of calls so that the other kind continues."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from headwater_server.api.access.call_kinds import Kind
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import Overloaded

CHECK_S = 0.05  # between two checks of how late the loop is


class Load:
    """Counts calls and measures how late the loop is; the preferred kind is never refused.

    The loop counts as late when a timer was late twice in a row: once may be a machine's pause.

    >>> ticks = iter([0.0, 0.45, 0.95, 1.0])
    >>> settings = ApiSettings(overload_lag_ms=300, overload_prefers="reads")
    >>> load = Load(settings, clock=lambda: next(ticks))
    >>> load.check(); load.is_high
    False
    >>> load.check(); load.is_high
    True
    >>> load.admit(Kind.READS)
    >>> load.admit(Kind.WRITES)
    Traceback (most recent call last):
    ...
    headwater_server.errors.Overloaded: the server is overloaded and serves reads first; try ...
    >>> load.check(); load.is_high
    False
    """

    def __init__(self, settings: ApiSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with no calls under way."""
        self._settings = settings
        prefers = settings.overload_prefers
        self._preferred = None if prefers == "neither" else Kind(prefers)
        self._clock = clock
        self._checked_s = clock()
        self._late_s = (0.0, 0.0)
        self._watching: asyncio.Task[None] | None = None
        self.calls = 0  # both kinds; counted by the guards

    @property
    def is_high(self) -> bool:
        """Whether calls that are not of the preferred kind are refused."""
        if self._preferred is None:
            return False
        late_ms = 1_000 * min(self._late_s)
        too_late = late_ms > self._settings.overload_lag_ms
        return too_late or self.calls >= self._settings.overload_calls

    def admit(self, kind: Kind) -> None:
        """Return if a call of that kind may go on; raise `Overloaded` if the other goes first."""
        if self._preferred not in (None, kind) and self.is_high:
            preferred = self._settings.overload_prefers
            wait_ms = max(self._settings.retry_after_ms, int(1_000 * min(self._late_s)))
            raise Overloaded(wait_ms, f"the server is overloaded and serves {preferred} first")

    async def wait_to_admit(self, kind: Kind) -> None:
        """Return when a part of an admitted call may go on."""
        while kind is not self._preferred and self.is_high:  # noqa: ASYNC110 - it falls with time
            await asyncio.sleep(CHECK_S)

    def check(self) -> None:
        """Measure how late the loop is; must be called `CHECK_S` after the last check."""
        now_s = self._clock()
        self._late_s = (self._late_s[1], max(0.0, now_s - self._checked_s - CHECK_S))
        self._checked_s = now_s

    def start(self) -> None:
        """Check regularly from now on."""
        self._watching = asyncio.create_task(self._watch(), name="load")

    async def stop(self) -> None:
        """Stop checking."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching

    async def _watch(self) -> None:
        self._checked_s = self._clock()
        while True:
            await asyncio.sleep(CHECK_S)
            self.check()
