"""Checks every snapshot: it must be intact, of this log, and of a build with this state version."""

from __future__ import annotations

from collections.abc import AsyncIterator

from headwater_server.replica.faults import DamagedSnapshot, LogBroken
from headwater_server.replica.ports.snapshots import SnapshotMeta
from headwater_server.storage.doctor.findings import Build, Finding
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.parts import StoredSnapshots

DROP = "--drop-snapshots deletes unusable snapshots; the others and the log give the state"


async def check_snapshots(
    snapshots: StoredSnapshots, lineage: Lineage, build: Build
) -> list[Finding]:
    """Return a finding for each, newest first."""
    found = [
        _finding(snapshot_id, meta, problem, build)
        async for snapshot_id, meta, problem in _checked(snapshots, lineage)
    ]
    return found or [Finding("snapshot", "there is none: a start replays the whole log")]


async def unusable(snapshots: StoredSnapshots, lineage: Lineage) -> list[str]:
    """Return the ids of snapshots that are damaged, or that belong to another log."""
    checked = _checked(snapshots, lineage)
    return [snapshot_id async for snapshot_id, _, problem in checked if problem]


async def _checked(
    snapshots: StoredSnapshots, lineage: Lineage
) -> AsyncIterator[tuple[str, SnapshotMeta | None, str]]:
    for snapshot_id in await snapshots.ids():
        meta, problem = None, ""
        try:
            meta = await snapshots.meta(snapshot_id)
            await snapshots.load(meta)
            await lineage.check_position(meta.position)
        except (DamagedSnapshot, LogBroken) as error:
            problem = str(error)
        yield snapshot_id, meta, problem


def _finding(snapshot_id: str, meta: SnapshotMeta | None, problem: str, build: Build) -> Finding:
    name = f"at entry {meta.position.sequence}" if meta else snapshot_id
    if problem or meta is None:
        return Finding("snapshot", f"{name}: {problem}", fine=False, fix=DROP)
    if (meta.state_version, meta.river_version) != (build.state_version, build.river_version):
        other = f"state {meta.state_version}, River {meta.river_version}"
        return Finding("snapshot", f"{name} is of another build ({other}): a start skips it")
    return Finding("snapshot", f"{name} at {meta.position.offset} is intact and of this log")
