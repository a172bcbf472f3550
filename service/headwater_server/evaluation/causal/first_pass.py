"""Reads the log once, without learning: the lists that were shown, and all acts that may count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.asking.start import NoStart, Start, find_start
from headwater_server.evaluation.causal.acts import Acts
from headwater_server.evaluation.causal.asked import CausalAsked
from headwater_server.evaluation.shown.collecting import Collecting
from headwater_server.evaluation.shown.span import Span
from headwater_server.replica.ports.position import time_ms_of

NO_WINDOW = 0.0
"""Acts are collected here, not by `Collecting`: also those of lists without the item."""
SHORTER = (
    "the log keeps no state from before the window of the first lists: what visitors did before "
    "these is not known in full"
)


@dataclass(frozen=True)
class Found:
    """The lists of the placement, the acts, and the time of the last entry that was read."""

    lists: Collecting
    acts: Acts
    end_ms: int


async def start_of(source: Source, asked: CausalAsked) -> tuple[Start, list[str]]:
    """Return where to begin, so that what was done before the first lists is read, and notes."""
    first, number = asked.span.first
    early = Span((max(0, first - int(asked.window_ms)), number), asked.span.last)
    try:
        start, _ = await find_start(source, early)
    except NoStart:
        if early.first == asked.span.first:
            raise
        start, _ = await find_start(source, asked.span)
        return start, [*start.notes, SHORTER]
    return start, list(start.notes)


async def collect(
    start: Start, settings: EngineSettings, asked: CausalAsked, on_entry: Callable[[int], None]
) -> Found:
    """Return the lists of the span, and all acts until the window of the last one is over."""
    lists = Collecting(asked.span, NO_WINDOW, asked.placement, start.position, settings)
    acts, end_ms = Acts(asked.item_id), 0
    over_ms = asked.span.last[0] + asked.window_ms
    async for logged in start.source.log.iterate(start.position):
        lists.begin_at(time_ms := time_ms_of(logged.position.offset))
        if time_ms > over_ms:
            break
        entry, end_ms = logged.entry, time_ms
        lists.take(logged.position, entry)
        acts.take(logged.position.sequence, entry, lists.settings)
        on_entry(logged.position.sequence)
    lists.end()
    return Found(lists, acts, end_ms)
