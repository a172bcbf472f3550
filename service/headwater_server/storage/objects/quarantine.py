"""The quarantine as objects: one for each rejected event, named by its content."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Sequence

from headwater_server.replica.ports.quarantine import (
    Quarantined,
    QuarantinedEvent,
    RejectedEvent,
)
from headwater_server.storage.kept.quarantined import fields_of, quarantined
from headwater_server.storage.objects.bucket import Bucket
from headwater_server.storage.settings import StorageSettings

FOLDER, TOTAL = "quarantine", "quarantined"
AT_ONCE = 16
TIDY_EVERY = 100  # new events: the oldest are deleted then, so a few more than the maximum stay


class ObjectQuarantine:
    """Implements `storage.parts.StoredQuarantine`.

    An event that is rejected again has the name of the first time, so it is stored once. The time
    of a rejection is that of the object.
    """

    def __init__(self, bucket: Bucket, settings: StorageSettings) -> None:
        """Create it; nothing is sent yet."""
        self._bucket = bucket
        self._settings = settings
        self._new = TIDY_EVERY

    async def put(self, rejected: Sequence[RejectedEvent]) -> int:
        """See the port; of an event that is too long only the ids are stored."""
        places = asyncio.Semaphore(AT_ONCE)

        async def store(one: RejectedEvent) -> bool:
            async with places:
                return await self._store(one)

        new = sum(await asyncio.gather(*map(store, rejected)))
        if new:
            await self._bucket.change(TOTAL, lambda stored: b"%d" % (int(stored or b"0") + new))
            await self._tidy(new)
        return await self.total()

    async def _store(self, one: RejectedEvent) -> bool:
        fields = fields_of(one, self._settings.quarantined_event_bytes_max)
        said = {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in fields.items()
        }
        name = hashlib.blake2b(str(fields["print"]).encode(), digest_size=7).digest()
        number = int.from_bytes(name, "big")
        return await self._bucket.create(f"{FOLDER}/{number}", json.dumps(said).encode())

    async def _tidy(self, new: int) -> None:
        self._new += new
        if self._new >= TIDY_EVERY:
            self._new = 0
            ids = await self._ids()
            over = ids[: max(0, len(ids) - self._settings.quarantined_events_max)]
            await self._bucket.delete(*(f"{FOLDER}/{number}" for _, number in over))

    async def _ids(self) -> list[tuple[int, int]]:
        """Return (time, number) of all, oldest first."""
        names = await self._bucket.names(FOLDER)
        return sorted((time_ms, int(name.rpartition("/")[2])) for name, time_ms in names)

    async def total(self) -> int:
        """See the port."""
        return int(await self._bucket.get(TOTAL) or b"0")

    async def length(self) -> int:
        """See the port."""
        return len(await self._bucket.names(FOLDER))

    async def forget(self, user_id: str, visitor_ids: Sequence[str]) -> int:
        """See the port."""
        theirs = [kept async for kept in self.kept() if kept.is_of(user_id, visitor_ids)]
        await self.drop(theirs)
        return len(theirs)

    async def kept(self) -> AsyncIterator[Quarantined]:
        """See `StoredQuarantine.kept`."""
        for time_ms, number in await self._ids():
            if (found := await self._read(time_ms, number)) is not None:
                yield found

    async def newest(
        self, count: int, *, before: str = "", reason: str = ""
    ) -> list[QuarantinedEvent]:
        """See the port."""
        found: list[QuarantinedEvent] = []
        end = tuple(int(part) for part in before.split("-")) if before else None
        for time_ms, number in reversed(await self._ids()):
            if len(found) == count:
                break
            if end is None or (time_ms, number) < end:
                kept = await self._read(time_ms, number)
                if kept is not None and reason in kept.reason:
                    found.append(kept.without_token())
        return found

    async def find(self, kept_ids: Sequence[str]) -> list[Quarantined]:
        """See the port."""
        found: list[Quarantined] = []
        places = [[int(part) for part in one.split("-")] for one in kept_ids]
        once = list({number: time_ms for time_ms, number in places}.items())
        for start in range(0, len(once), AT_ONCE):
            some = once[start : start + AT_ONCE]
            read = await asyncio.gather(*(self._read(time_ms, number) for number, time_ms in some))
            found += [kept for kept in read if kept is not None]
        return found

    async def _read(self, time_ms: int, number: int) -> Quarantined | None:
        found = await self._bucket.get_with_time(f"{FOLDER}/{number}")
        if found is None or found[1] != time_ms // 1_000:  # deleted, perhaps stored again
            return None
        stored = found[0]
        said = {name.encode(): value.encode() for name, value in json.loads(stored).items()}
        said[b"event"] = base64.b64decode(said[b"event"])
        return quarantined(f"{time_ms}-{number}".encode(), said)

    async def drop(self, kept: Sequence[Quarantined]) -> None:
        """See the port."""
        numbers = (one.kept_id.partition("-")[2] for one in kept)
        await self._bucket.delete(*(f"{FOLDER}/{number}" for number in numbers))
