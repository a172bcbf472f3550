"""When there is too much to do: which calls are told to come back so that the others go on."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from headwater_server.api.access.call_kinds import Kind
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import Overloaded

LOOK_S = 0.05  # between two looks at how late the loop is


class Load:
    """Counts what is under way and looks how late the loop is; the preferred kind always goes on.

    A loop is late when a timer was late twice in a row: once may be a pause of the machine's.

    >>> ticks = iter([0.0, 0.45, 0.95, 1.0])
    >>> settings = ApiSettings(overload_lag_ms=300, overload_prefers="reads")
    >>> load = Load(settings, clock=lambda: next(ticks))
    >>> load.look(); load.is_high
    False
    >>> load.look(); load.is_high
    True
    >>> load.let_in(Kind.READS)
    >>> load.let_in(Kind.WRITES)
    Traceback (most recent call last):
    ...
    headwater_server.errors.Overloaded: there is too much to do, and reads go first; try again ...
    >>> load.look(); load.is_high
    False
    """

    def __init__(self, settings: ApiSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing under way."""
        self._settings = settings
        self._clock = clock
        self._looked_s = clock()
        self._late_s = (0.0, 0.0)
        self._watching: asyncio.Task[None] | None = None
        self.calls = 0  # both kinds; counted by the guards

    @property
    def is_high(self) -> bool:
        """Whether the kind that is not preferred has to come back later."""
        if self._settings.overload_prefers == "neither":
            return False
        late_ms = 1_000 * min(self._late_s)
        too_late = late_ms > self._settings.overload_lag_ms
        return too_late or self.calls > self._settings.overload_calls

    def let_in(self, kind: Kind) -> None:
        """Return if a call of that kind may go on; raise `Overloaded` if the other goes first."""
        if self.is_high and kind.value != self._settings.overload_prefers:
            preferred = self._settings.overload_prefers
            wait_ms = max(self._settings.retry_after_ms, int(1_000 * min(self._late_s)))
            raise Overloaded(wait_ms, f"there is too much to do, and {preferred} go first")

    async def room_for(self, kind: Kind) -> None:
        """Return when a part of a call that was let in may go on."""
        while self.is_high and kind.value != self._settings.overload_prefers:  # noqa: ASYNC110 - it falls with time
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """Note how late the loop is; to be called `LOOK_S` after the last look."""
        now_s = self._clock()
        self._late_s = (self._late_s[1], max(0.0, now_s - self._looked_s - LOOK_S))
        self._looked_s = now_s

    def start(self) -> None:
        """Look from now on."""
        self._watching = asyncio.create_task(self._watch(), name="load")

    async def stop(self) -> None:
        """Look no more."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching

    async def _watch(self) -> None:
        self._looked_s = self._clock()
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()
