"""A shop's history as entries of the log: settings, items, then events, in that order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from headwater_server.engine.messages.entries import (
    Entry,
    ItemWrite,
    Operation,
    SettingsChange,
    UserWrite,
)
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.event_file import EventFile
from headwater_server.evaluation.event_reader import read_events
from headwater_server.evaluation.gorse.catalogue import read_items as gorse_items
from headwater_server.evaluation.gorse.catalogue import read_users as gorse_users
from headwater_server.evaluation.gorse.feedback import read_feedback
from headwater_server.evaluation.item_file import read_items

BATCH_SIZE = 500


@dataclass(frozen=True)
class ShopHistory:
    """The entries that an import writes and a backtest applies: the same, so the same digest."""

    settings: EngineSettings
    items: tuple[ItemWrite, ...]
    events: EventFile
    users: tuple[UserWrite, ...] = ()
    who: str = ""

    def preface(self, batch_size: int = BATCH_SIZE) -> Iterator[Entry]:
        """Yield the settings, items and accounts, with the time of the first event."""
        time_ms = self.events.times_ms[0]
        yield Entry(time_ms, (SettingsChange(self.settings, self.who),), imported=True)
        writes: list[Operation] = [replace(w, set_time_ms=time_ms) for w in self.items]
        writes += [replace(w, set_time_ms=time_ms) for w in self.users]
        for start in range(0, len(writes), batch_size):
            yield Entry(time_ms, tuple(writes[start : start + batch_size]), imported=True)

    def batches(self, batch_size: int = BATCH_SIZE) -> Iterator[Entry]:
        """Yield the events, ``batch_size`` to an entry, with the time of its last event."""
        for start in range(0, len(self.events), batch_size):
            rows = range(start, min(start + batch_size, len(self.events)))
            time_ms = self.events.times_ms[rows[-1]]
            yield Entry(time_ms, tuple(map(self.events.event, rows)), imported=True)


def read_history(
    events: Path, items: Path | None, settings: EngineSettings, limit: int | None = None
) -> ShopHistory:
    """Read and check both files. Raises `BadFile` before any row is used."""
    allowed_ids = settings.allowed_ids
    writes = tuple(read_items(items, allowed_ids)) if items else ()
    read = read_events(events, frozenset(settings.rewards), limit, allowed_ids)
    return ShopHistory(settings, writes, read)


def read_gorse(
    feedback: Path,
    items: Path | None,
    users: Path | None,
    types: Mapping[str, str],
    settings: EngineSettings,
) -> ShopHistory:
    """Read and check Gorse's exports. Raises `BadFile` before any row is used."""
    allowed_ids = settings.allowed_ids
    writes = tuple(gorse_items(items, allowed_ids)) if items else ()
    accounts = tuple(gorse_users(users, allowed_ids)) if users else ()
    events = read_feedback(feedback, frozenset(settings.rewards), types, allowed_ids)
    return ShopHistory(settings, writes, events, accounts)
