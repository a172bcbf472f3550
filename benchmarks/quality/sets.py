"""Which folders are measured, and how each is to be run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.interactions import Repeats
from headwater_server.evaluation.shop_history import ShopHistory, read_history
from headwater_server.reading.problems import BadFile

EVENTS, ITEMS, META = "events.csv.gz", "items.csv.gz", "meta.json"
EVENTS_MIN = 5_000
"""Fewer say nothing: at a hit rate of 0.2 the standard error of 4,500 counted events is 3 %."""
COMING_BACK_MIN = 0.01


@dataclass(frozen=True)
class DataSet:
    """A folder's events, ready to be folded. ``chosen_by`` says why repeats count or do not."""

    name: str
    history: ShopHistory
    repeats: Repeats
    chosen_by: str
    digest: str

    @property
    def counts(self) -> str:
        """Say how large it is."""
        events = self.history.file
        visitors, items = len(set(events.visitor_ids)), len(set(events.item_ids))
        return f"{len(events):,} events, {visitors:,} visitors, {items:,} items"


@dataclass(frozen=True)
class Skipped:
    """A folder that is not measured, and why."""

    name: str
    reason: str


def folders(data: Path, names: frozenset[str] = frozenset()) -> list[Path]:
    """Return the folders of ``data`` with events in them, those of ``names`` if there are any."""
    found = sorted(path.parent for path in data.glob(f"*/{EVENTS}"))
    unknown = names - {path.name for path in found}
    if unknown:
        raise FileNotFoundError(
            f"no {EVENTS} in {', '.join(str(data / n) for n in sorted(unknown))}"
        )
    return [path for path in found if not names or path.name in names]


def read_set(
    folder: Path, limit: int, repeats: Mapping[str, Repeats], events_min: int = EVENTS_MIN
) -> DataSet | Skipped:
    """Read the first ``limit`` events of a folder; ``repeats`` holds what the caller wants."""
    items = folder / ITEMS
    try:
        history = read_history(
            folder / EVENTS, items if items.exists() else None, EngineSettings(), limit
        )
    except BadFile as error:
        return Skipped(folder.name, f"{error.problems[0]}".split(";")[0])
    if len(history.events) < events_min:
        reason = f"{len(history.events):,} events, too few to measure (at least {events_min:,})"
        return Skipped(folder.name, reason)
    chosen, why = _repeats(folder, history, repeats)
    digest = hashlib.sha256(history.file.digest.encode())
    digest.update(items.read_bytes() if items.exists() else b"")
    return DataSet(folder.name, history, chosen, why, digest.hexdigest())


def _repeats(
    folder: Path, history: ShopHistory, wanted: Mapping[str, Repeats]
) -> tuple[Repeats, str]:
    """Return the rule on repeats: the caller's, the set's own, or what the events suggest."""
    if folder.name in wanted:
        return wanted[folder.name], "as asked for"
    meta = folder / META
    own = json.loads(meta.read_text(encoding="utf-8")).get("repeats") if meta.exists() else None
    if own:
        return Repeats(own), f"so says {META}"
    share = coming_back(history)
    said = f"visitors return to an item in {share:.1%} of the events"
    return (Repeats.ALLOW if share >= COMING_BACK_MIN else Repeats.EXCLUDE), said


def coming_back(history: ShopHistory) -> float:
    """Return the share of events on an item of the visitor's history, but not on the latest one.

    Where nobody comes back (films are rated once), a list must not repeat itself either.
    """
    seen: set[tuple[str, str]] = set()
    latest: dict[str, str] = {}
    came = 0
    events = history.file
    for visitor_id, item_id in zip(events.visitor_ids, events.item_ids, strict=True):
        came += (visitor_id, item_id) in seen and latest.get(visitor_id) != item_id
        seen.add((visitor_id, item_id))
        latest[visitor_id] = item_id
    return came / len(events)
