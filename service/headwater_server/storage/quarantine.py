"""Events that nothing is learned from: kept aside, with the reason, on a stream of their own."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine.events import Event
from headwater_server.storage.event_codec import encode_event
from headwater_server.storage.keys import Keys
from headwater_server.storage.script import Script
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.store import Store

ID_CHARACTERS = 128


class RedisQuarantine:
    """Implements `replica.ports.Quarantine`."""

    def __init__(self, store: Store, settings: StorageSettings) -> None:
        """Make the quarantine of ``settings.catalogue``; nothing is sent yet."""
        self._store = store
        self._settings = settings
        keys = Keys(settings.catalogue)
        self._keys = (keys.quarantine, keys.quarantined)
        self._put = Script("quarantine.lua")

    async def put(self, refused: Sequence[tuple[Event, str]]) -> int:
        """See `replica.ports.Quarantine.put`; an absurdly long event leaves its id only."""
        arguments: list[str | bytes | int] = [self._settings.quarantined_events_max]
        for event, reason in refused:
            arguments += [event.event_id[:ID_CHARACTERS], reason, self._kept(event)]
        return int(await self._put.run(self._store, self._keys, arguments))

    async def total(self) -> int:
        """See `replica.ports.Quarantine.total`."""
        return int(await self._store.call("GET", self._keys[1]) or 0)

    def _kept(self, event: Event) -> bytes:
        stored = encode_event(event)
        if stored.ByteSize() > self._settings.quarantined_event_bytes_max:
            return b""
        return stored.SerializeToString(deterministic=True)
