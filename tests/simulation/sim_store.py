"""What the simulated store holds. It does as the Lua scripts of storage/ do, in one step each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from headwater_server.engine.messages.entries import Entry, Mark, Operation, UserErase
from headwater_server.engine.messages.events import Event
from headwater_server.replica.faults import LogBroken, LogMovedOn
from headwater_server.replica.ports.position import START, Position, offset_key
from headwater_server.replica.ports.registry import ReplicaReport
from headwater_server.replica.ports.snapshots import SnapshotMeta


@dataclass(frozen=True)
class SimEntry:
    """Implements `replica.ports.log.LoggedEntry`; ``previous`` chains it."""

    position: Position
    previous: str
    operations: tuple[Operation, ...]
    time_ms: int

    @property
    def size(self) -> int:
        return len(self.operations)

    def part(self, start: int, stop: int) -> Entry:
        return Entry(self.time_ms, self.operations[start:stop])

    @property
    def has_only_events(self) -> bool:
        return self.size > 0 and all(isinstance(one, Event) for one in self.operations)

    @property
    def marks(self) -> list[str]:
        return [one.mark_id for one in self.operations if isinstance(one, Mark)]

    @property
    def erases(self) -> bool:
        return any(isinstance(one, UserErase) for one in self.operations)

    @property
    def entry(self) -> Entry:
        return self.part(0, self.size)


@dataclass
class Kept:
    """A snapshot; ``damaged`` as a torn chunk is."""

    meta: SnapshotMeta
    parts: list[tuple[str, Any]]
    damaged: bool = False


@dataclass
class SimStore:
    """``epoch`` grows when it dies: no answer of before arrives then."""

    now_ms: Callable[[], int]
    on_append: Callable[[SimEntry], None]
    entries: list[SimEntry] = field(default_factory=list)
    snapshots: list[Kept] = field(default_factory=list)
    reports: dict[str, ReplicaReport] = field(default_factory=dict)
    digests: dict[str, dict[str, str]] = field(default_factory=dict)
    waiting: list[Callable[[], None]] = field(default_factory=list)
    offsets: set[str] = field(default_factory=set)
    epoch: int = 0
    skew_ms: int = 0
    is_full: bool = False

    @property
    def head(self) -> Position:
        return self.entries[-1].position if self.entries else START

    def append(self, operations: tuple[Operation, ...], after: Position | None) -> Position:
        head = self.head
        if after is not None and after.offset != head.offset:
            raise LogMovedOn(after)
        time_ms = self.now_ms() + self.skew_ms
        position = Position(self._next_offset(time_ms), head.sequence + 1)
        entry = SimEntry(position, head.offset, operations, time_ms)
        self.entries.append(entry)
        self.offsets.add(entry.position.offset)
        self.on_append(entry)
        waiting, self.waiting = self.waiting, []
        for wake in waiting:
            wake()
        return replace(position, previous=head.offset)

    def _next_offset(self, time_ms: int) -> str:
        """As Redis: the time, never behind the last. Two entries of two histories differ."""
        last_ms, last = offset_key(self.head.offset)
        count = 0 if time_ms > last_ms else last + 1
        while (offset := f"{max(time_ms, last_ms)}-{count}") in self.offsets:
            count += 1
        return offset

    def following(self, after: Position, count: int) -> list[SimEntry]:
        """As XREAD does: by the offset alone; and chained, as `RedisLog.read` looks at it."""
        key, start = offset_key(after.offset), len(self.entries)
        while start and offset_key(self.entries[start - 1].position.offset) > key:
            start -= 1
        page = self.entries[start : start + count]
        if page and (page[0].position.sequence, page[0].previous) != (
            after.sequence + 1,
            after.offset,
        ):
            raise LogBroken(f"entry {after.sequence + 1}", f"entry {page[0].position.sequence}")
        return page

    def holds(self, position: Position) -> bool:
        index = position.sequence - 1
        there = self.entries[index].position if 0 <= index < len(self.entries) else START
        return position in (START, there)

    def lose_tail(self, count: int, skew_ms: int) -> list[SimEntry]:
        """Die, and come back without the last ``count`` entries and with another clock."""
        self.epoch += 1
        self.skew_ms += skew_ms
        kept = max(0, len(self.entries) - count)
        self.entries, lost = self.entries[:kept], self.entries[kept:]
        return lost

    def publish(self, meta: SnapshotMeta, parts: list[tuple[str, Any]], damaged: bool) -> bool:
        if not self.holds(meta.position):
            raise LogBroken("the entry of the snapshot", "none")
        newest = max((kept.meta.position.sequence for kept in self.snapshots), default=0)
        if newest >= meta.position.sequence:
            return False
        named = replace(meta, snapshot_id=f"s{len(self.snapshots)}-{meta.position.sequence}")
        self.snapshots = [Kept(named, parts, damaged), *self.snapshots[:2]]
        return True
