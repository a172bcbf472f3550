"""Redis Streams as a sink: a script adds the records of a batch, and sets the mark behind it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from headwater_server.errors import StoreRefused, StoreUnavailable
from headwater_server.sinks.port import STREAMS, Record
from headwater_server.sinks.redis.faults import sink_errors
from headwater_server.sinks.redis.place import RedisPlace, keys_of
from headwater_server.storage.redis.reach import found_url, seen_at
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Argument, Store
from headwater_server.storage.redis.store_url import kind_of
from headwater_server.storage.settings import StorageSettings

PUT_MS = 10_000
"""A batch has so much longer than another command: it may have megabytes."""
_FIRST_STREAM = 2  # its place among the keys, as Lua counts
_PACKAGE = "headwater_server.sinks.redis"


class RedisTarget:
    """Implements `sinks.port.Target`.

    To begin, it writes a number into the position that grows with each sink of the prefix: from
    then on the store refuses the batches of a sink with a smaller one. A batch names the mark that
    it follows, so what a failover of the store lost is noticed, and written again.
    """

    def __init__(self, place: RedisPlace, settings: StorageSettings) -> None:
        """Create it; nothing is sent yet. ``settings`` are those of our own store: its timeout."""
        self._place = place
        # a cluster's slot is found by the catalogue's name, which is in the braces of our keys
        self._settings = replace(settings, catalogue=place.prefix)
        self._keys: tuple[str, ...] = ()
        self._store: Store | None = None
        self._owner = self._mark = b""
        self._take_over, self._put = (
            Script(name, _PACKAGE) for name in ("take_over.lua", "put.lua")
        )

    async def __aenter__(self) -> Self:
        """See the port."""
        try:
            with sink_errors(self._place.prefix):
                await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def _open(self) -> None:
        try:
            url = await found_url(self._place.url, self._settings)
            self._store = Store(url, self._settings, blocking_ms=PUT_MS)
            self._keys = keys_of(self._place.prefix, is_cluster=kind_of(url) == "cluster")
            arguments = (secrets.token_hex(16),)
            self._owner = await self._take_over.run(self._store, self._keys, arguments)
        except StoreRefused:
            raise
        except StoreUnavailable as error:
            if seen := await seen_at(self._place.url):
                raise seen.error() from error
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """See the port."""
        await self._close()

    async def mark(self) -> bytes | None:
        """See the port."""
        with sink_errors(self._place.prefix):
            found = await self._opened.call("HGET", self._keys[0], "mark")
        self._mark = found or b""
        return found or None

    async def put(self, records: Sequence[Record], mark: bytes) -> None:
        """See the port.

        After an error it is not known whether it is there: open another target, and ask for its
        mark.
        """
        keep = self._place.maxlen
        arguments: list[Argument] = [self._owner, self._mark, mark, keep or ""]
        for one in records:
            arguments += (STREAMS.index(one.stream) + _FIRST_STREAM, one.value)
        with sink_errors(self._place.prefix):
            await self._put.run(self._opened, self._keys, arguments)
        self._mark = mark

    @property
    def _opened(self) -> Store:
        if self._store is None:
            raise RuntimeError("enter it first")
        return self._store

    async def _close(self) -> None:
        if self._store is not None:
            await self._store.close()
            self._store = None
