"""Encodes and decodes the manifest of a snapshot."""

from __future__ import annotations

from headwater_server.log.v1 import snapshot_pb2 as pb
from headwater_server.replica.ports.holdings import SnapshotHoldings
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.snapshots import SnapshotMeta

MANIFEST_VERSION = 1


def new_manifest(meta: SnapshotMeta, snapshot_id: str) -> pb.SnapshotManifest:
    """Return the manifest of a snapshot whose chunks are not written yet."""
    return pb.SnapshotManifest(
        version=MANIFEST_VERSION,
        snapshot_id=snapshot_id,
        offset=meta.position.offset,
        sequence=meta.position.sequence,
        state_version=meta.state_version,
        river_version=meta.river_version,
        settings=meta.settings,
        create_time_ms=meta.create_time_ms,
    )


def meta_of(manifest: pb.SnapshotManifest) -> SnapshotMeta:
    """Return the description in a manifest of `new_manifest`."""
    return SnapshotMeta(
        position=Position(manifest.offset, manifest.sequence),
        state_version=manifest.state_version,
        river_version=manifest.river_version,
        settings=manifest.settings,
        create_time_ms=manifest.create_time_ms,
        snapshot_id=manifest.snapshot_id,
    )


def holdings_of(manifest: pb.SnapshotManifest) -> SnapshotHoldings:
    """Return a snapshot's size."""
    meta = meta_of(manifest)
    return SnapshotHoldings(
        meta.snapshot_id,
        meta.position,
        meta.create_time_ms,
        sum(chunk.stored_bytes for chunk in manifest.chunks),
        sum(chunk.plain_bytes for chunk in manifest.chunks),
        meta.state_version,
        meta.river_version,
    )
