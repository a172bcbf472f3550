"""Lets plain acts wait to be learned, many in one step.

It does what `plain_acts.note_plain` does for each: what is not surely plain is left to that, and to
the engine's steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine import interactions
from headwater_server.engine.batches.columns import (
    TOGETHER_MIN,
    Columns,
    columns_of,
    names_of,
)
from headwater_server.engine.batches.note_rows import note_rows
from headwater_server.engine.experiments.counts.together import TogetherActs
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.parts import Parts

Clocks = NDArray[np.int64]


class Batches:
    """The plain acts of one entry, in batches: each waits to be learned as one run."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._columns: Columns | None = None
        self._kinds: Any = None

    def note(self, parts: Parts, place: int) -> int:
        """Let acts from ``place`` on wait; return how many. 0: the next one goes its own way."""
        room = min(_room(parts), len(self._entry.operations) - place)
        if room < TOGETHER_MIN or not _may_note(parts):
            return 0
        columns = self._columns_at(parts, place)
        start = place - columns.first
        stop = start + min(room, len(columns.given) - start, parts.visitors.free_places)
        if stop - start < TOGETHER_MIN:
            return 0
        clocks = _clocks(parts, self._entry, columns, start, stop)
        stop = start + len(clocks)
        names = names_of(columns, start, stop, clocks)
        stop = start + _surely_plain(parts, columns, names, start, stop)
        return _note(parts, columns, names, clocks, start, stop) if stop > start else 0

    def _columns_at(self, parts: Parts, place: int) -> Columns:
        """Return columns with the act at ``place``, or with none from there on."""
        have, are_same = self._columns, self._kinds is parts.kinds
        if have is None or not are_same or place >= have.first + max(1, len(have.events)):
            have, self._kinds = columns_of(parts, self._entry, place), parts.kinds
            self._columns = have
        return have


def _room(parts: Parts) -> int:
    """Return how many acts may wait, up to the one after which experiments are looked at."""
    room = parts.learning.room()
    if parts.experiments.active:
        return min(room, parts.experiments.before_look(parts.learned))
    return room


def _may_note(parts: Parts) -> bool:
    """Whether nothing is in force for which acts are looked at one by one."""
    return parts.learning.is_kernel and not parts.sources.is_skipping


def _clocks(parts: Parts, entry: Entry, columns: Columns, start: int, stop: int) -> Clocks:
    """Return the clock at each act, up to the first at which something else is to be done."""
    before_ms = parts.clock_ms
    if parts.time_ms(entry) < before_ms:
        return np.empty(0, dtype=np.int64)  # the store's clock was set back
    if entry.imported:
        reached = np.minimum(columns.given["own_ms"][start:stop], entry.time_ms)
        clocks = np.maximum(np.maximum.accumulate(reached), before_ms)
    else:
        clocks = np.full(stop - start, parts.time_ms(entry), dtype=np.int64)
    while len(clocks) and not _is_quiet(parts, int(clocks[0]), int(clocks[-1])):
        clocks = clocks[: len(clocks) // 2]
    return clocks


def _is_quiet(parts: Parts, first_ms: int, last_ms: int) -> bool:
    """Whether no window closes, no sums are made smaller, and no experiment's day ends."""
    if parts.experiments.active and not parts.experiments.is_one_day(first_ms, last_ms):
        return False
    return not parts.attribution.closes_any(last_ms) and parts.visitors.past.fits(last_ms)


def _surely_plain(parts: Parts, columns: Columns, names: list[str], start: int, stop: int) -> int:
    """Return how many of the acts are so: known items or room for them, no account, no robot."""
    count = stop - start
    if parts.settings.visitor_events_per_minute_max:
        count = parts.influence.first_over(names)
    numbers = list(map(parts.catalogue.number, columns.item_ids[start:stop]))
    new = numbers.count(None)
    if new and parts.settings.catalogue_only == "everyone":
        count = min(count, numbers.index(None))
    elif new and not parts.catalogue.has_room(new):
        return 0
    if parts.visitors.links:
        is_linked = parts.visitors.account_of
        events = columns.events[start : start + count]
        linked = (place for place, event in enumerate(events) if is_linked(event.visitor_id))
        return next(linked, count)
    return count


def _note(
    parts: Parts, columns: Columns, names: list[str], clocks: Clocks, start: int, stop: int
) -> int:
    """Remember the acts up to the first whose id is known; note what they do. Return how many."""
    given, seen = columns.given[start:stop], parts.deduplication.backends
    ids = given["key"], given["content"], given["owner"]
    count = seen.remember_all(*ids, clocks[: len(given)])
    if not count:
        return 0
    times = clocks[:count].tolist()
    if parts.settings.visitor_events_per_minute_max:
        parts.influence.count_all(names[:count], times)
    items = parts.catalogue.act_on_all(columns.item_ids[start : start + count])
    rows = _note_rows(parts, given[:count], clocks[:count], items)
    parts.visitors.recent_ids.act_all(rows, columns.profiles[start : start + count])
    _note_rest(parts, columns, start, items, times)
    if parts.experiments.active:
        acts = columns.events[start : start + count], columns.profiles[start : start + count]
        parts.experiments.add_all(TogetherActs(*acts, given[:count], clocks[:count]))
    parts.clock_ms = times[-1]
    parts.learned += count
    return count


def _note_rows(parts: Parts, given: NDArray[Any], clocks: Clocks, items: list[int]) -> list[int]:
    """Note what the acts do to their visitors, and let them wait; return the row of each."""
    profiles, recency, past = parts.visitors.by_row
    count, table = len(given), parts.learning.acts.adding()
    places = profiles.used, profiles.spare(count)
    found = profiles.found_by, places, recency.noted, (*past.added, 2.0)
    entered, of_spare = note_rows(given, clocks, parts.learned, table[:count], *found)
    profiles.entered(entered, of_spare)
    recency.acted(count)
    table["item"][:count] = items
    rows: list[int] = table["row"][:count].tolist()
    parts.learning.added(count)
    return rows


def _note_rest(
    parts: Parts, columns: Columns, start: int, items: list[int], times: list[int]
) -> None:
    """Note what few acts do: hide their item, sell it, or count for an impression."""
    shows = not parts.attribution.is_empty
    kinds = columns.kinds[start : start + len(items)]
    if not (shows or any(kind.may_hide or kind.purchases for kind in set(kinds))):
        return
    for place, (kind, item, clock_ms) in enumerate(zip(kinds, items, times, strict=True), start):
        if not (shows or kind.may_hide or kind.purchases):
            continue
        event, profile = columns.events[place], columns.profiles[place]
        own_ms, parts.clock_ms = event.event_time_ms, clock_ms
        time_ms = clock_ms if own_ms is None else min(own_ms, clock_ms)
        interactions.note_plainly(parts, event, kind, profile, item, time_ms)
