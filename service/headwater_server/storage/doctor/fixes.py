"""The fixes of `headwater doctor`. Each one runs only when its flag is set."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.segment import DamagedSegment, read_segment
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.doctor.chain import tail_fits
from headwater_server.storage.doctor.restoring import Restoring
from headwater_server.storage.doctor.snapshot_checks import unusable
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.lineage import BACKUP, Lineage
from headwater_server.storage.log.stream import Stream
from headwater_server.storage.log.witness import Statement, Witness
from headwater_server.storage.settings import Durability
from headwater_server.storage.storage import Storage


@dataclass(frozen=True, slots=True)
class Loss:
    """What `--accept` gives up; it is listed before it is done."""

    archived: int  # entries of the archive that are not on the log
    files: tuple[Path, ...]  # those that contain some of them
    common: int  # the last entry that log and archive share
    snapshots: tuple[str, ...]
    head: bool  # whether the head is set to the end of the stream
    charge: bool  # whether this archive replaces the one that the log had
    end: str = ""  # what was on the log for certain, and is gone

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to accept."""
        return not (self.archived or self.snapshots or self.head or self.charge or self.end)

    def lines(self) -> list[str]:
        """Return one line for each loss."""
        lines = []
        if self.head:
            lines.append("the head is set to where the stream ends")
        if self.end:
            lines.append(self.end)
        if self.archived:
            lines.append(
                f"{self.archived} archived entries after entry {self.common} are not on the log. "
                "Their files are renamed (.aside), and the model forgets what it learned from them"
            )
        if self.snapshots:
            lines.append(f"{len(self.snapshots)} snapshots that are not of this log are deleted")
        if self.charge:
            lines.append("this archive replaces the one that the log had")
        return lines


class Fixes:
    """Each method is one fix; `LogBroken` if it is not possible."""

    def __init__(self, storage: Storage) -> None:
        """Create it; only its methods change anything."""
        self._storage = storage
        self._keys = Keys(storage.settings.catalogue)
        self._stream = Stream(storage.store, self._keys)
        self._restoring = Restoring(storage)

    async def drop_snapshots(self) -> int:
        """Delete the snapshots that are damaged or not of this log; return how many."""
        lineage = Lineage(self._stream, self._storage.archive)
        dropped = await unusable(self._storage.snapshots, lineage)
        for snapshot_id in dropped:
            await self._storage.snapshots.drop(snapshot_id)
        return len(dropped)

    async def restore_tail(self) -> int:
        """Append the archived entries that the log lost, unchanged; return how many."""
        archive = self._storage.archive
        if archive is None or not await tail_fits(self._stream, archive):
            raise LogBroken(
                "an archive that continues where the log ends",
                "none",
                "there is nothing to restore, or the log continued without what it lost",
            )
        before = head = await self._stream.head()
        while entries := await asyncio.to_thread(archive.entries_after, head.sequence):
            for entry in entries:
                await self._restoring.append(head, entry)
                head = entry.position
        return head.sequence - before.sequence

    async def loss(self) -> Loss:
        """Return what `accept` would give up."""
        head = await self._stream.head()
        last = await self._stream.last()
        end = last.position if last else START
        common, files, archived = await self._fork(self._storage.archive)
        return Loss(
            archived=archived,
            files=files,
            common=common,
            snapshots=tuple(
                await unusable(
                    self._storage.snapshots, Lineage(self._stream, self._storage.archive)
                )
            ),
            head=head != end,
            charge=await self._is_other_archive(),
            end=await self._lost_end(),
        )

    async def _lost_end(self) -> str:
        may_lose_end = self._storage.settings.durability is Durability.EVERYSEC
        try:
            await Lineage(
                self._stream, self._storage.archive, may_lose_end=may_lose_end
            ).check_witness()
        except LogBroken as error:
            return str(error)
        return ""

    async def _fork(self, archive: Archive | None) -> tuple[int, tuple[Path, ...], int]:
        """Return the last entry that archive and log share, and the files and count beyond it."""
        files: list[Path] = []
        beyond = 0
        for path in reversed(archive.files() if archive else []):
            entries = await self._entries(path)
            for entry in reversed(entries):
                if await self._is_on_log(entry):
                    return entry.position.sequence, tuple(files), beyond
                beyond += 1
                if not files or files[-1] != path:
                    files.append(path)
        return 0, tuple(files), beyond

    async def _entries(self, path: Path) -> list[Raw]:
        try:
            return await asyncio.to_thread(read_segment, path)
        except DamagedSegment as error:
            raise LogBroken("an archive that can be read", str(error), BACKUP) from error

    async def _is_on_log(self, entry: Raw) -> bool:
        there = await self._stream.at(entry.position.offset)
        if there is not None:
            return there.position == entry.position
        first = await self._stream.first()
        if first is None or first.position.sequence <= entry.position.sequence:
            return False
        # trimmed: it is the same log if the oldest kept entry continues from here
        return (
            first.position.sequence > entry.position.sequence + 1
            or first.previous == entry.position.offset
        )

    async def _is_other_archive(self) -> bool:
        archive = self._storage.archive
        known = await self._storage.store.call("HGET", self._keys.archive, "archive_id")
        return bool(known and archive and archive.known_id() != known.decode())

    async def accept(self, loss: Loss) -> None:
        """Continue from the log as it is; give up ``loss``, and rename the archived files."""
        if loss.head:
            await self._set_head()
        archive = self._storage.archive
        if archive is not None:
            await asyncio.to_thread(_cut, archive, loss)
            end = await self._stream.head()
            await asyncio.to_thread(Witness(archive.path).write, Statement(end, end))
            if loss.charge:
                about = ("archive_id", archive.archive_id())
                await self._storage.store.call("HSET", self._keys.archive, *about)
        for snapshot_id in loss.snapshots:
            await self._storage.snapshots.drop(snapshot_id)

    async def _set_head(self) -> None:
        last = await self._stream.last()
        if last is None:
            await self._storage.store.call("DEL", self._keys.head)
            return
        at = ("n", last.position.sequence, "id", last.position.offset)
        await self._storage.store.call("HSET", self._keys.head, *at)


def _cut(archive: Archive, loss: Loss) -> None:
    """Rename files with other entries; keep the entries of a split file that the log shares."""
    for path in loss.files:
        shared = [e for e in read_segment(path) if e.position.sequence <= loss.common]
        archive.move_out(path)
        if shared:
            archive.put(shared)
