"""Runs a sink until it is stopped: what is away is waited for, and the mark is read again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from headwater_server.errors import NotPermitted, StoreRefused, StoreUnavailable
from headwater_server.observability.repeats import Repeats
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.sinks.port import Target
from headwater_server.sinks.source import Source
from headwater_server.sinks.writing import Writing, Written

POLL_S = 1.0
_log = structlog.get_logger(__name__)


class Running:
    """Writes an open ``source`` to what ``target`` makes: a new one after each error.

    The clients of the source connect again by themselves.
    """

    def __init__(
        self,
        source: Source,
        target: Callable[[], Target],
        catalogue: str,
        *,
        accept_gap: bool,
        on_batch: Callable[[Written], None] = lambda _: None,
    ) -> None:
        self._source = source
        self._target = target
        self._catalogue = catalogue
        self._accept_gap = accept_gap
        self._on_batch = on_batch

    async def once(self) -> Written:
        """Write up to the present end; `StoreUnavailable` if source or sink do not answer."""
        async with self._target() as target:
            writing = Writing(self._source, target, self._catalogue, self._on_batch)
            await writing.begin(accept_gap=self._accept_gap)
            await writing.to_the_end(wall_clock_ms())
            return writing.written

    async def forever(self) -> None:
        """Write until stopped. Raises only what waiting does not repair."""
        repeats = Repeats()
        while True:
            try:
                await self._follow()
            except (StoreRefused, NotPermitted):
                raise
            except StoreUnavailable as error:
                if repeats.pass_(str(error)):
                    _log.warning("the sink waits", reason=str(error))
                await asyncio.sleep(POLL_S)

    async def _follow(self) -> None:
        async with self._target() as target:
            writing = Writing(self._source, target, self._catalogue, self._on_batch)
            await writing.begin(accept_gap=self._accept_gap)
            while True:
                await writing.to_the_end(wall_clock_ms())
                await asyncio.sleep(POLL_S)
