"""Snapshots as objects: the chunks are written first, the manifest last."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any
from uuid import uuid4

from headwater_server.log.v1 import snapshot_pb2 as pb
from headwater_server.replica.faults import DamagedSnapshot
from headwater_server.replica.ports.holdings import SnapshotHoldings
from headwater_server.replica.ports.snapshots import Parts, SnapshotMeta
from headwater_server.storage.codecs.chunks import Chunk, checksum, encode_chunks
from headwater_server.storage.codecs.manifest import holdings_of, meta_of, new_manifest
from headwater_server.storage.kept.snapshots import (
    Contains,
    decoded,
    on_log,
    parsed_manifest,
    readable,
)
from headwater_server.storage.objects.bucket import Bucket

FOLDER, MANIFEST, MARK_BYTES = "snapshots", "manifest", 16
ABANDONED_MS = 600_000  # chunks without a manifest, after a crash


class ObjectSnapshots:
    """Implements `storage.parts.StoredSnapshots`.

    A snapshot's id begins with its entry's number, so names are in the order of the log.
    """

    def __init__(self, bucket: Bucket, kept: int, contains: Contains) -> None:
        """Keep the newest ``kept``; ``contains`` says whether the log has an entry."""
        self._bucket = bucket
        self._kept = kept
        self._contains = contains

    async def save(self, meta: SnapshotMeta, parts: Parts, *, instead_of_all: bool = False) -> bool:
        """See `StoredSnapshots.save`. A thread encodes and compresses."""
        snapshot_id = f"{meta.position.sequence:020d}-{uuid4().hex}"
        manifest, digest = new_manifest(meta, snapshot_id), hashlib.blake2b(digest_size=32)
        chunks = encode_chunks(parts, digest)
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            name = _name(snapshot_id, f"{len(manifest.chunks):06d}")
            await self._bucket.put(name, chunk.stored)
            manifest.chunks.add(
                checksum=chunk.checksum,
                plain_bytes=chunk.plain_bytes,
                stored_bytes=len(chunk.stored),
            )
        manifest.digest = digest.digest()
        return await self._published(manifest, instead_of_all=instead_of_all)

    async def _published(self, manifest: pb.SnapshotManifest, *, instead_of_all: bool) -> bool:
        await on_log(self._contains, manifest)
        others, snapshot_id = await self.ids(), manifest.snapshot_id
        if others and not instead_of_all and _sequence(others[0]) >= manifest.sequence:
            await self.drop(snapshot_id)
            return False
        content = manifest.SerializeToString(deterministic=True)
        await self._bucket.put(_name(snapshot_id, MANIFEST), checksum(content) + content)
        kept = [] if instead_of_all else others[: self._kept - 1]
        for other in set(others) - set(kept):
            await self.drop(other)
        await self._clear_abandoned()
        return True

    async def _clear_abandoned(self) -> None:
        """Delete the chunks of snapshots whose process ended before the manifest."""
        names = await self._bucket.names(FOLDER)
        whole = {name.split("/")[1] for name, _ in names if name.endswith(f"/{MANIFEST}")}
        newest_ms = max((time_ms for _, time_ms in names), default=0)
        await self._bucket.delete(
            *(
                name
                for name, time_ms in names
                if name.split("/")[1] not in whole and time_ms < newest_ms - ABANDONED_MS
            )
        )

    async def published(self) -> list[SnapshotMeta]:
        """See the port; a snapshot without a readable manifest is left out."""
        return await readable(await self.ids(), self.meta)

    async def ids(self) -> list[str]:
        """See `StoredSnapshots.ids`."""
        names = await self._bucket.names(FOLDER)
        whole = (name for name, _ in names if name.endswith(f"/{MANIFEST}"))
        return sorted((name.split("/")[1] for name in whole), reverse=True)

    async def meta(self, snapshot_id: str) -> SnapshotMeta:
        """See `StoredSnapshots.meta`."""
        return meta_of(await self._manifest(snapshot_id))

    async def holdings(self, snapshot_id: str) -> SnapshotHoldings:
        """See `StoredSnapshots.holdings`."""
        return holdings_of(await self._manifest(snapshot_id))

    async def drop(self, snapshot_id: str) -> None:
        """Delete a snapshot, its manifest first, so that no half of one is published."""
        await self._bucket.delete(_name(snapshot_id, MANIFEST))
        names = await self._bucket.names(f"{FOLDER}/{snapshot_id}")
        await self._bucket.delete(*(name for name, _ in names))

    async def load(self, meta: SnapshotMeta) -> list[tuple[str, Any]]:
        """See `replica.ports.snapshots.Snapshots.load`."""
        manifest, chunks = await self._manifest(meta.snapshot_id), []
        for number, entry in enumerate(manifest.chunks):
            stored = await self._bucket.get(_name(meta.snapshot_id, f"{number:06d}"))
            if stored is None:
                raise DamagedSnapshot(f"chunk {number} is missing")
            chunks.append(Chunk(stored, entry.checksum, entry.plain_bytes))
        return await asyncio.to_thread(decoded, chunks, manifest.digest)

    async def _manifest(self, snapshot_id: str) -> pb.SnapshotManifest:
        stored = await self._bucket.get(_name(snapshot_id, MANIFEST))
        if stored is None:
            raise DamagedSnapshot("it has no manifest")
        mark, content = stored[:MARK_BYTES], stored[MARK_BYTES:]
        if checksum(content) != mark:  # it contains the state's position: no bit may be wrong
            raise DamagedSnapshot("its manifest differs from what was written")
        return parsed_manifest(content)


def _name(snapshot_id: str, part: str) -> str:
    return f"{FOLDER}/{snapshot_id}/{part}"


def _sequence(snapshot_id: str) -> int:
    return int(snapshot_id.partition("-")[0])
