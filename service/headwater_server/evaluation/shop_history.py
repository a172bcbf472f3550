"""A shop's history as entries of the log: settings, items, then events, in that order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from headwater_server.engine.messages.entries import (
    Entry,
    ItemWrite,
    Operation,
    SettingsChange,
    UserWrite,
)
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.event_file import EventFile, Past
from headwater_server.evaluation.event_reader import read_events
from headwater_server.evaluation.item_file import read_items
from headwater_server.reading.asked import Asked
from headwater_server.reading.extra import has_extra, needs_extra
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Watch, unwatched
from headwater_server.replica.clock import wall_clock_ms

if TYPE_CHECKING:
    from headwater_server.reading.report import Report

BATCH_SIZE = 500


@dataclass(frozen=True)
class ShopHistory:
    """The entries that an import writes and a backtest applies: the same, so the same digest.

    ``report`` says what was read; None where the native reader read it.
    """

    settings: EngineSettings
    items: tuple[ItemWrite, ...]
    events: Past
    users: tuple[UserWrite, ...] = ()
    who: str = ""
    report: Report | None = None

    def preface(self, batch_size: int = BATCH_SIZE) -> Iterator[Entry]:
        """Yield the settings, items and accounts, with the time of the first event.

        Without events they are newer than what the catalogue has, as a feed of today is.
        """
        time_ms = self.events.first_time_ms
        set_ms = time_ms if len(self.events) else None
        yield Entry(time_ms, (SettingsChange(self.settings, self.who),), imported=True)
        writes: list[Operation] = [replace(w, set_time_ms=set_ms) for w in self.items]
        writes += [replace(w, set_time_ms=set_ms) for w in self.users]
        for start in range(0, len(writes), batch_size):
            yield Entry(time_ms, tuple(writes[start : start + batch_size]), imported=True)

    def batches(self, batch_size: int = BATCH_SIZE) -> Iterator[Entry]:
        """Yield the events, ``batch_size`` to an entry, with the time of its last event."""
        events = self.events.events()
        while batch := tuple(islice(events, batch_size)):
            yield Entry(batch[-1].event_time_ms or 0, batch, imported=True)

    @property
    def file(self) -> EventFile:
        """The events in memory, by column."""
        return self.events if isinstance(self.events, EventFile) else self.in_memory().file

    def in_memory(self) -> ShopHistory:
        """Return the history with its events in memory, for those who need them by column."""
        if isinstance(self.events, EventFile):
            return self
        return replace(self, events=EventFile.of(self.events.path, self.events.events()))


def read_history(
    events: Path, items: Path | None, settings: EngineSettings, limit: int | None = None
) -> ShopHistory:
    """Read and check both files, into memory. Raises `BadFile` before any row is used.

    Unlike a command it takes the times of a simulation, which begin at 0.
    """
    asked = Asked((events,), (items,) if items else (), limit=limit, earliest_ms=0)
    return read_asked(asked, settings).in_memory()


def read_asked(asked: Asked, settings: EngineSettings, watch: Watch = unwatched) -> ShopHistory:
    """Read and check any shop's files. Raises `BadFile` before any row is used."""
    if not has_extra():
        return _native(asked, settings)
    from headwater_server.reading.reader import read_shop  # noqa: PLC0415 - it needs the extra
    from headwater_server.reading.session import Session  # noqa: PLC0415 - the same

    shop = read_shop(asked, settings, wall_clock_ms(), Session(watch))
    events = shop.events or EventFile(Path(), "")
    return ShopHistory(settings, shop.items, events, shop.users, report=shop.report)


def _native(asked: Asked, settings: EngineSettings) -> ShopHistory:
    """Read Headwater's own CSV, which needs no extra."""
    if asked.users or asked.is_mapped or len(asked.events) > 1 or len(asked.items) > 1:
        first = (*asked.events, *asked.items, *asked.users)[0]
        raise BadFile(first, [Problem(0, "", needs_extra("other than one CSV of ours"))])
    allowed_ids = settings.allowed_ids
    writes = tuple(read_items(asked.items[0], allowed_ids)) if asked.items else ()
    if not asked.events:
        return ShopHistory(settings, writes, EventFile(Path(), ""))
    types = frozenset(settings.rewards)
    try:
        read = read_events(asked.events[0], types, asked.limit, allowed_ids, asked.earliest_ms)
    except BadFile as bad:
        raise _with_way_out(bad) from None
    return ShopHistory(settings, writes, read)


def _with_way_out(bad: BadFile) -> BadFile:
    """Return the error with the extra named, if the file seems to be of another format."""
    if not any(problem.line <= 1 for problem in bad.problems):
        return bad
    text = needs_extra("other formats, such as Excel, Parquet, JSON or other columns,")
    return BadFile(bad.path, [*bad.problems, Problem(0, "", text)], bad.total + 1)
