"""The state from which the log is folded: the newest usable snapshot before the first answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from headwater_server.engine.engine import Engine
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.shown.span import Span, span_key
from headwater_server.garbage import no_passes
from headwater_server.replica.faults import DamagedSnapshot, LogBroken
from headwater_server.replica.ports.position import START, Position, offset_key
from headwater_server.replica.ports.snapshots import SnapshotMeta


class NoStart(Exception):
    """No state can be made from which the answers can be asked again; the text says the fix."""


@dataclass(frozen=True)
class Start:
    """Where to fold from; ``notes`` say which snapshots could not be used, and why."""

    source: Source
    position: Position
    meta: SnapshotMeta | None
    notes: tuple[str, ...] = ()

    async def engine(self) -> Engine:
        """Return a new engine in this state."""
        if self.meta is None or self.source.snapshots is None:
            return Engine()
        parts = await self.source.snapshots.load(self.meta)
        with no_passes():
            return Engine.restore(parts)


async def find_start(source: Source, span: Span) -> tuple[Start, Engine]:
    """Return the newest start before the span, with its engine; raise `NoStart`.

    Without a snapshot before, it is the first entry. If that is gone, and no beginning was asked
    for, the oldest snapshot is used: earlier answers are counted as not replayable.
    """
    states, notes = await source.states(), list[str]()
    before = [meta for meta in states if span_key(meta.position.offset) <= span.first]
    if found := await _first_usable(source, before, notes):
        return found
    begins = await _begins_at(source)
    if begins <= 1:
        return Start(source, START, None, tuple(notes)), Engine()
    oldest = [] if span.first > (0, 0) else list(reversed(states))
    if found := await _first_usable(source, oldest, notes):
        return found
    raise NoStart(_fix(begins, states, notes))


async def _first_usable(
    source: Source, metas: Iterable[SnapshotMeta], notes: list[str]
) -> tuple[Start, Engine] | None:
    for meta in metas:
        start = Start(source, meta.position, meta)
        try:
            engine = await start.engine()
        except (DamagedSnapshot, ValueError) as error:
            notes.append(f"the snapshot at {meta.position.offset} is not used: {error}")
            continue
        return Start(source, meta.position, meta, tuple(notes)), engine
    return None


async def _begins_at(source: Source) -> int:
    """Return the number of the first entry that is kept; 1 for an empty log."""
    try:
        async for _ in source.log.iterate(START):
            return 1
    except LogBroken as error:
        return 2 if error.found_sequence is None else error.found_sequence
    return 1


def _fix(begins: int, states: Iterable[SnapshotMeta], notes: Iterable[str]) -> str:
    oldest = min((meta.position.offset for meta in states), key=offset_key, default=None)
    parts = [f"the log begins at entry {begins}, and no snapshot from before --from can be used"]
    parts += notes
    if oldest:
        parts.append(f"write --from {oldest} or later")
    else:
        parts.append("give the archive of the entries before (--archive-dir)")
    return "; ".join(parts)
