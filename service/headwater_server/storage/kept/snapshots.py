"""The stored snapshots: one hash each; the chunks are written first, the manifest last."""

from __future__ import annotations

import asyncio
import hashlib
import struct
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

import structlog
import zstandard
from google.protobuf.message import DecodeError
from redis.exceptions import ResponseError

from headwater_server.log.v1 import snapshot_pb2 as pb
from headwater_server.replica.faults import DamagedSnapshot, LogBroken
from headwater_server.replica.ports.holdings import SnapshotHoldings
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.snapshots import Parts, SnapshotMeta
from headwater_server.storage.codecs.chunks import Chunk, checksum, decode_chunks, encode_chunks
from headwater_server.storage.codecs.manifest import (
    MANIFEST_VERSION,
    holdings_of,
    meta_of,
    new_manifest,
)
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store
from headwater_server.storage.redis.store_errors import good
from headwater_server.storage.settings import StorageSettings

_log = structlog.get_logger(__name__)
Contains = Callable[[Position], Awaitable[bool]]
UNPUBLISHED_S = 600  # after a crash, chunks without a manifest expire


class RedisSnapshots:
    """Implements `replica.ports.snapshots.Snapshots`."""

    def __init__(
        self, store: Store, settings: StorageSettings, contains: Contains | None = None
    ) -> None:
        """Use the snapshots of ``settings.catalogue``; nothing is sent yet.

        ``contains`` says whether a log that is not in this store has an entry.
        """
        self._store = store
        self._contains = contains
        self._keys = Keys(settings.catalogue)
        self._kept = settings.snapshots_kept
        self._publish = Script("publish.lua", "headwater_server.storage.kept")

    async def save(self, meta: SnapshotMeta, parts: Parts, *, instead_of_all: bool = False) -> bool:
        """See `replica.ports.snapshots.Snapshots.save`. A thread encodes and compresses.

        With ``instead_of_all`` every other snapshot is deleted, even a newer one.
        """
        snapshot_id = uuid4().hex
        manifest, digest = new_manifest(meta, snapshot_id), hashlib.blake2b(digest_size=32)
        chunks = encode_chunks(parts, digest)
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            await self._write(self._keys.snapshot(snapshot_id), len(manifest.chunks), chunk)
            manifest.chunks.add(
                checksum=chunk.checksum,
                plain_bytes=chunk.plain_bytes,
                stored_bytes=len(chunk.stored),
            )
        manifest.digest = digest.digest()
        return await self._published(manifest, instead_of_all=instead_of_all)

    async def _write(self, key: str, number: int, chunk: Chunk) -> None:
        write, expire = ("HSET", key, number, chunk.stored), ("EXPIRE", key, UNPUBLISHED_S)
        for answer in await self._store.call_both(write, expire):
            good(answer)

    async def _published(self, manifest: pb.SnapshotManifest, *, instead_of_all: bool) -> bool:
        key = self._keys.snapshot(manifest.snapshot_id)
        if self._contains is not None:
            await on_log(self._contains, manifest)
        content = manifest.SerializeToString(deterministic=True)
        keys = (self._keys.snapshots, key, self._keys.log)
        arguments = (
            manifest.snapshot_id,
            manifest.sequence,
            len(manifest.chunks),
            content,
            self._kept,
            int(instead_of_all),
            checksum(content),
            "" if self._contains is not None else manifest.offset,
        )
        try:
            dropped = await self._publish.run(self._store, keys, arguments)
        except ResponseError as error:
            if str(error).startswith("HWLOG"):
                raise LogBroken(
                    f"entry {manifest.sequence} at {manifest.offset}", "none"
                ) from error
            raise
        if dropped is None:
            await self._store.call("UNLINK", key)
            return False
        for snapshot_id in dropped:
            await self._store.call("UNLINK", self._keys.snapshot(snapshot_id.decode()))
        return True

    async def published(self) -> list[SnapshotMeta]:
        """See the port; a snapshot without a readable manifest is left out."""
        return await readable(await self.ids(), self.meta)

    async def ids(self) -> list[str]:
        """Return the ids of all published snapshots, highest offset first."""
        found = await self._store.call("ZREVRANGE", self._keys.snapshots, 0, -1)
        return [snapshot_id.decode() for snapshot_id in found]

    async def meta(self, snapshot_id: str) -> SnapshotMeta:
        """Return a snapshot's description; `DamagedSnapshot` if it cannot be read."""
        return meta_of(await self._manifest(snapshot_id))

    async def holdings(self, snapshot_id: str) -> SnapshotHoldings:
        """Return a snapshot's size; `DamagedSnapshot` if its manifest cannot be read."""
        return holdings_of(await self._manifest(snapshot_id))

    async def drop(self, snapshot_id: str) -> None:
        """Delete a snapshot."""
        await self._store.call("ZREM", self._keys.snapshots, snapshot_id)
        await self._store.call("UNLINK", self._keys.snapshot(snapshot_id))

    async def load(self, meta: SnapshotMeta) -> list[tuple[str, Any]]:
        """See `replica.ports.snapshots.Snapshots.load`."""
        manifest = await self._manifest(meta.snapshot_id)
        key, chunks = self._keys.snapshot(meta.snapshot_id), []
        for number, entry in enumerate(manifest.chunks):
            stored = await self._store.call("HGET", key, number)
            if stored is None:
                raise DamagedSnapshot(f"chunk {number} is missing")
            chunks.append(Chunk(stored, entry.checksum, entry.plain_bytes))
        return await asyncio.to_thread(decoded, chunks, manifest.digest)

    async def _manifest(self, snapshot_id: str) -> pb.SnapshotManifest:
        key = self._keys.snapshot(snapshot_id)
        stored, mark = await self._store.call("HMGET", key, "manifest", "checksum")
        if stored is None:
            raise DamagedSnapshot("it has no manifest")
        if checksum(stored) != mark:  # it contains the state's position: no bit may be wrong
            raise DamagedSnapshot("its manifest differs from what was written")
        return parsed_manifest(stored)


def parsed_manifest(stored: bytes) -> pb.SnapshotManifest:
    """Return a manifest; `DamagedSnapshot` if it cannot be read, or is of a later version."""
    try:
        manifest = pb.SnapshotManifest.FromString(stored)
    except DecodeError as error:
        raise DamagedSnapshot(f"its manifest cannot be read: {error}") from error
    if manifest.version != MANIFEST_VERSION:
        raise DamagedSnapshot(
            f"it has version {manifest.version}, this build reads {MANIFEST_VERSION}"
        )
    return manifest


async def on_log(contains: Contains, manifest: pb.SnapshotManifest) -> None:
    """Raise `LogBroken` unless the log has the snapshot's entry, or has trimmed it."""
    if not await contains(Position(manifest.offset, manifest.sequence)):
        raise LogBroken(f"entry {manifest.sequence} at {manifest.offset}", "none")


async def readable(
    ids: Sequence[str], meta: Callable[[str], Awaitable[SnapshotMeta]]
) -> list[SnapshotMeta]:
    """Return the snapshots whose manifests can be read; the others are logged."""
    found = []
    for snapshot_id in ids:
        try:
            found.append(await meta(snapshot_id))
        except DamagedSnapshot as error:
            _log.error("a snapshot is refused", snapshot_id=snapshot_id, reason=str(error))
    return found


# errors of decoding damaged bytes; after each of them the previous snapshot can still be tried
_UNREADABLE = (
    ValueError, TypeError, ArithmeticError, LookupError, AttributeError, SyntaxError, MemoryError,
    RecursionError,
)  # fmt: skip


def decoded(chunks: list[Chunk], expected: bytes) -> list[tuple[str, Any]]:
    """Return the parts in the chunks; `DamagedSnapshot` if they are not what was written."""
    digest = hashlib.blake2b(digest_size=32)
    try:
        parts = list(decode_chunks(chunks, digest))
    except (*_UNREADABLE, struct.error, zstandard.ZstdError) as error:
        raise DamagedSnapshot(f"its chunks cannot be read: {error}") from error
    if digest.digest() != expected:
        raise DamagedSnapshot("its chunks are not those of its manifest")
    return parts
