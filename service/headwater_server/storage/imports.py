"""How far an import came, so that it can go on there.

A mark is written after its entries, so it may lag behind by one batch; the events' ids make
that harmless.
"""

from __future__ import annotations

from headwater_server.storage.keys import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.store import Store


class ImportProgress:
    """One mark per file, named by its digest."""

    def __init__(self, store: Store, settings: StorageSettings) -> None:
        """Make the marks of ``settings.catalogue``; nothing is sent yet."""
        self._store = store
        self._keys = Keys(settings.catalogue)

    async def rows_done(self, name: str) -> int:
        """Return how many rows of ``name`` are surely on the log."""
        return int(await self._store.call("GET", self._keys.import_progress(name)) or 0)

    async def mark(self, name: str, rows: int) -> None:
        """Remember that the first ``rows`` rows of ``name`` are on the log."""
        await self._store.call("SET", self._keys.import_progress(name), rows)
