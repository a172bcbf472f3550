"""The fixes of `headwater doctor`. Each one runs only when its flag is set."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START
from headwater_server.storage.archive.fork import (
    Fork,
    fork_of,
    move_aside,
    restore_tail,
    tail_fits,
)
from headwater_server.storage.doctor.snapshot_checks import unusable
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.witness import Statement, Witness
from headwater_server.storage.storage import Storage


@dataclass(frozen=True, slots=True)
class Loss:
    """What `--accept` gives up; it is listed before it is done."""

    fork: Fork  # what the archive has beyond the log
    snapshots: tuple[str, ...]
    head: bool  # whether the head is set to the end of the stream
    charge: bool  # whether this archive replaces the one that the log had
    end: str = ""  # what was on the log for certain, and is gone

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to accept."""
        return not (self.fork.entries or self.snapshots or self.head or self.charge or self.end)

    def lines(self) -> list[str]:
        """Return one line for each loss."""
        lines = []
        if self.head:
            lines.append("the head is set to where the stream ends")
        if self.end:
            lines.append(self.end)
        if self.fork.entries:
            lines.append(
                f"{self.fork.entries} archived entries after entry {self.fork.common} are not on "
                "the log. Their files are renamed (.aside), and the model forgets what it learned "
                "from them"
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
        self._stream = storage.stream
        self._restoring = storage.restoring

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
        if self._storage.place.log:
            raise LogBroken(
                "a log in a store",
                "one on Kafka",
                "its records cannot get their old numbers and times back; --accept goes on",
            )
        if archive is None or not await tail_fits(self._stream, archive):
            raise LogBroken(
                "an archive that continues where the log ends",
                "none",
                "there is nothing to restore, or the log continued without what it lost",
            )
        return await restore_tail(self._stream, archive, self._restoring)

    async def loss(self) -> Loss:
        """Return what `accept` would give up."""
        head = await self._stream.head()
        last = await self._stream.last()
        end = last.position if last else START
        fork = await fork_of(self._stream, self._storage.archive)
        return Loss(
            fork=fork,
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
        may_lose_end = self._storage.may_lose_end
        try:
            await Lineage(
                self._stream, self._storage.archive, may_lose_end=may_lose_end
            ).check_witness()
        except LogBroken as error:
            return str(error)
        return ""

    async def _is_other_archive(self) -> bool:
        archive = self._storage.archive
        known, _ = await self._storage.charge.of()
        return bool(known and archive and archive.known_id() != known)

    async def accept(self, loss: Loss) -> None:
        """Continue from the log as it is; give up ``loss``, and rename the archived files."""
        if loss.head:
            await self._set_head()
        archive = self._storage.archive
        if archive is not None:
            await asyncio.to_thread(move_aside, archive, loss.fork)
            end = await self._stream.head()
            await asyncio.to_thread(Witness(archive.path).write, Statement(end, end))
            if loss.charge:
                await self._storage.charge.replace(archive.archive_id())
        for snapshot_id in loss.snapshots:
            await self._storage.snapshots.drop(snapshot_id)

    async def _set_head(self) -> None:
        await self._storage.store.call("DEL", self._keys.confirmed)  # it may be of later entries
        last = await self._stream.last()
        if last is None:
            await self._storage.store.call("DEL", self._keys.head)
            return
        at = ("n", last.position.sequence, "id", last.position.offset)
        await self._storage.store.call("HSET", self._keys.head, *at)
