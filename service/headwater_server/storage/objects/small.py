"""Small things as objects: the keys of tokens, and which archive belongs to the log."""

from __future__ import annotations

import json

from headwater_server.storage.kept.token_key_ring import Ring
from headwater_server.storage.objects.bucket import Bucket

KEYS, CHARGE = "token-keys.json", "archive.json"


class ObjectTokenKeys(Ring):
    """The ring in an object."""

    def __init__(self, bucket: Bucket) -> None:
        """Create it; nothing is sent yet."""
        self._bucket = bucket

    async def get(self) -> bytes | None:
        """See `Ring.get`."""
        return await self._bucket.get(KEYS)

    async def create(self, text: str) -> None:
        """See `Ring.create`."""
        await self._bucket.create(KEYS, text.encode())

    async def put(self, found: str, wanted: str) -> bool:
        """See `Ring.put`."""

        def changed(stored: bytes | None) -> bytes | None:
            return wanted.encode() if stored == found.encode() else None

        return await self._bucket.change(KEYS, changed)


class ObjectCharge:
    """Implements `storage.archive.archiver.Charge`."""

    def __init__(self, bucket: Bucket) -> None:
        """Create it; nothing is sent yet."""
        self._bucket = bucket

    async def take(self, archive_id: str) -> tuple[str, str]:
        """See `Charge.take`."""
        about = json.dumps({"archive_id": archive_id, "place": ""}).encode()
        await self._bucket.create(CHARGE, about)
        return await self.of()

    async def of(self) -> tuple[str, str]:
        """See `Charge.of`."""
        stored = await self._bucket.get(CHARGE)
        about = json.loads(stored) if stored else {}
        return about.get("archive_id", ""), about.get("place", "")

    async def note(self, place: str) -> bool:
        """See `Charge.note`: the brokers have what the log contains."""

        def noted(stored: bytes | None) -> bytes | None:
            about = json.loads(stored or b"{}")
            same = about.get("place") == place
            return None if same else json.dumps({**about, "place": place}).encode()

        await self._bucket.change(CHARGE, noted)
        return True

    async def replace(self, archive_id: str) -> None:
        """See `Charge.replace`."""

        def replaced(stored: bytes | None) -> bytes:
            return json.dumps({**json.loads(stored or b"{}"), "archive_id": archive_id}).encode()

        await self._bucket.change(CHARGE, replaced)
