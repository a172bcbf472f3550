"""ModelService: translates figures of what the store holds."""

from __future__ import annotations

from headwater.v1 import model_service_pb2 as pb
from headwater.v1 import storage_pb2
from headwater_server.api.translate.values import time_message
from headwater_server.replica.ports.holdings import (
    AllHoldings,
    ArchiveHoldings,
    LogHoldings,
    SnapshotHoldings,
    StoreHoldings,
)
from headwater_server.replica.ports.position import START, Position, time_ms_of


def get_storage_response(holdings: AllHoldings, entries_ever: int) -> pb.GetStorageResponse:
    """Return all figures."""
    return pb.GetStorageResponse(
        log=_log(holdings.log, entries_ever),
        archive=_archive(holdings.archive),
        snapshots=[_snapshot(one, entries_ever) for one in holdings.snapshots],
        store=_store(holdings.store),
    )


def _offset(position: Position) -> str:
    return "" if position == START else position.offset


def _log(log: LogHoldings, entries_ever: int) -> storage_pb2.LogFigures:
    return storage_pb2.LogFigures(
        entries=log.entries,
        entries_ever=entries_ever,
        first_offset=_offset(log.first),
        last_offset=_offset(log.last),
        first_time=time_message(time_ms_of(log.first.offset)),
        last_time=time_message(time_ms_of(log.last.offset)),
        memory_bytes=log.memory_bytes,
    )


def _archive(archive: ArchiveHoldings) -> storage_pb2.ArchiveFigures:
    return storage_pb2.ArchiveFigures(
        directory=archive.directory,
        segments=archive.segments,
        first_entry=archive.first_entry,
        last_entry=archive.last_entry,
        disk_bytes=archive.disk_bytes,
    )


def _snapshot(snapshot: SnapshotHoldings, entries_ever: int) -> storage_pb2.Snapshot:
    return storage_pb2.Snapshot(
        snapshot_id=snapshot.snapshot_id,
        offset=snapshot.position.offset,
        create_time=time_message(snapshot.create_time_ms),
        entries_since=max(0, entries_ever - snapshot.position.sequence),
        stored_bytes=snapshot.stored_bytes,
        plain_bytes=snapshot.plain_bytes,
        versions={"river": snapshot.river_version, "state": str(snapshot.state_version)},
    )


def _store(store: StoreHoldings) -> storage_pb2.StoreFigures:
    return storage_pb2.StoreFigures(
        version=store.version,
        memory_bytes=store.memory_bytes,
        memory_bytes_max=store.memory_bytes_max,
        append_fsync=store.append_fsync,
        append_file_bytes=store.append_file_bytes,
        start_time=time_message(store.start_time_ms),
    )
