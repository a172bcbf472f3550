"""Lets plain acts wait to be learned, many in one step.

It does what `plain_acts.note_plain` does for each: what is not surely plain is left to that, and to
the engine's steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine import interactions
from headwater_server.engine.batches.columns import (
    TOGETHER_MIN,
    Columns,
    circumstances_of,
    columns_of,
    names_of,
)
from headwater_server.engine.batches.note_rows import note_rows
from headwater_server.engine.clock import STEP_BACK_MS
from headwater_server.engine.experiments.counts.together import TogetherActs
from headwater_server.engine.intake.firewall import judged
from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.engine.messages.events import Event
from headwater_server.engine.parts import Parts
from headwater_server.engine.settings import EngineSettings

Clocks = NDArray[np.int64]
Named = list[tuple[str, ...]]


def each_operation(
    entries: Iterable[Entry], settings: Callable[[], EngineSettings]
) -> Iterator[tuple[int, Operation, Entry, Batches]]:
    """Yield the operations of entries in order: each with its place, its entry, and the batches.

    The firewall judges entries when they are reached, under the ``settings`` of then. Live ones
    that follow each other have their batches together, and places count through all of them.
    """
    for are_imported, alike in groupby(entries, attrgetter("imported")):
        for group in ([one] for one in alike) if are_imported else (alike,):
            known = [judged(one, settings()) for one in group]
            batches = Batches(*known)
            for place, (operation, entry) in enumerate(batches.operations):
                yield place, operation, entry, batches


class Batches:
    """The plain acts of an entry, or of live ones, in batches: each waits to be learned as one run.

    ``operations`` are all of them, each with its entry.
    """

    def __init__(self, *entries: Entry) -> None:
        self.operations = [(operation, one) for one in entries for operation in one.operations]
        self._columns: Columns | None = None
        self._kinds: Any = None

    def note(self, parts: Parts, place: int) -> int:
        """Let acts from ``place`` on wait; return how many. 0: the next one goes its own way."""
        room = min(_room(parts), len(self.operations) - place)
        if room < TOGETHER_MIN or not _may_note(parts):
            return 0
        columns = self._columns_at(parts, place)
        start = place - columns.first
        stop = start + min(room, len(columns.given) - start, parts.visitors.free_places)
        if stop - start < TOGETHER_MIN:
            return 0
        entries = [one for _, one in self.operations[place : columns.first + stop]]
        clocks = _clocks(parts, entries, columns.given["own_ms"][start:stop])
        stop = start + len(clocks)
        names = names_of(columns, start, stop, clocks)
        named = circumstances_of(columns, start, stop)
        stop = start + _surely_plain(parts, columns, names, named, start)
        known = names, named, clocks
        return _note(parts, columns, known, start, stop) if stop > start else 0

    def _columns_at(self, parts: Parts, place: int) -> Columns:
        """Return columns with the act at ``place``, or with none from there on."""
        have, are_same = self._columns, self._kinds is parts.kinds
        if have is None or not are_same or place >= have.first + max(1, len(have.events)):
            have, self._kinds = columns_of(parts, self.operations, place), parts.kinds
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


def _clocks(parts: Parts, entries: list[Entry], own_ms: Clocks) -> Clocks:
    """Return the clock at each act, up to the first at which something else is to be done."""
    times = np.array([one.time_ms for one in entries], dtype=np.int64)
    reached = np.minimum(own_ms, times) if entries[0].imported else times
    clocks = np.maximum(np.maximum.accumulate(reached), parts.clock_ms)
    are_set_back = clocks - times > STEP_BACK_MS  # the store's clock was
    if are_set_back.any():
        clocks = clocks[: int(are_set_back.argmax())]
    while len(clocks) and not _is_quiet(parts, int(clocks[0]), int(clocks[-1])):
        clocks = clocks[: len(clocks) // 2]
    return clocks


def _is_quiet(parts: Parts, first_ms: int, last_ms: int) -> bool:
    """Whether no window closes, no sums are made smaller, and no experiment's day ends."""
    if parts.experiments.active and not parts.experiments.is_one_day(first_ms, last_ms):
        return False
    return not parts.attribution.closes_any(last_ms) and parts.visitors.past.fits(last_ms)


def _surely_plain(
    parts: Parts, columns: Columns, names: list[str], named: Named, start: int
) -> int:
    """Return how many of the acts are so: known items or room for them, no account, no robot."""
    count = len(names)
    if parts.settings.visitor_events_per_minute_max:
        count = parts.influence.first_over(names)
    numbers = list(map(parts.catalogue.number, columns.item_ids[start : start + len(names)]))
    new = numbers.count(None)
    if new and parts.settings.catalogue_only == "everyone":
        count = min(count, numbers.index(None))
    elif new and not parts.catalogue.has_room(new):
        return 0
    if parts.visitors.links:
        is_linked = parts.visitors.account_of
        events = columns.events[start : start + count]
        linked = (place for place, event in enumerate(events) if is_linked(event.visitor_id))
        count = next(linked, count)
    return _undecided(parts, columns, named[:count], start)


def _undecided(parts: Parts, columns: Columns, named: Named, start: int) -> int:
    """Return how many acts come before one about which acts that wait decide something.

    Its circumstances are entered if its item is not the visitor's latest one: so no act of the same
    visitor may wait. None of them may be new either; and it may not be the reward of a choice.
    """
    is_known, acts = parts.models.circumstances.is_known, parts.learning.acts
    before: set[str] = set()
    for n, circumstances in enumerate(named):
        event, profile = columns.events[start + n], columns.profiles[start + n]
        if event.slate is not None and parts.impressions.decisions.awaits(event):
            return n
        if circumstances:
            rows = parts.visitors.rows_of(event.visitor_id, "")
            if profile in before or acts.has_any(rows) or not all(map(is_known, circumstances)):
                return n
        before.add(profile)
    return len(named)


def _note(
    parts: Parts, columns: Columns, known: tuple[list[str], Named, Clocks], start: int, stop: int
) -> int:
    """Remember the acts up to the first whose id is known; note what they do. Return how many.

    ``known`` of each act from ``start`` on: its name in its minute, circumstances, the clock.
    """
    names, named, clocks = known
    given, seen = columns.given[start:stop], parts.deduplication.backends
    ids = given["key"], given["content"], given["owner"]
    count = seen.remember_all(*ids, clocks[: len(given)])
    if not count:
        return 0
    times = clocks[:count].tolist()
    if parts.settings.visitor_events_per_minute_max:
        parts.influence.count_all(names[:count], times)
    item_ids = columns.item_ids[start : start + count]
    items = parts.catalogue.kept_numbers(item_ids) or [*map(parts.catalogue.act_on, item_ids)]
    table = parts.learning.acts.adding()
    if any(named[:count]):
        _name(parts, columns.events[start:], named, (items, times), table)
    rows = _note_rows(parts, given[:count], clocks[:count], items, table)
    parts.visitors.recent_ids.act_all(rows, columns.profiles[start : start + count])
    _note_rest(parts, columns, start, items, times)
    if parts.experiments.active:
        acts = columns.events[start : start + count], columns.profiles[start : start + count]
        parts.experiments.add_all(TogetherActs(*acts, given[:count], clocks[:count]))
    parts.clock_ms = times[-1]
    parts.learned += count
    return count


def _name(
    parts: Parts,
    events: list[Event],
    named: Named,
    acts_on: tuple[list[int], list[int]],
    table: NDArray[Any],
) -> None:
    """Enter the circumstances of acts in order, and write their rows beside the acts."""
    acts = parts.learning.acts
    for n, (item, clock_ms) in enumerate(zip(*acts_on, strict=True)):
        if not named[n]:
            continue
        event, own_ms = events[n], events[n].event_time_ms
        rows = parts.visitors.rows_of(event.visitor_id, "")
        reward = parts.kinds[event.event_type].reward_of(event)
        time_ms = clock_ms if own_ms is None else min(own_ms, clock_ms)
        given = parts, rows, item, time_ms, (named[n], ())
        found = interactions.named_rows(*given, is_positive=bool(reward))
        for column, (name, some) in enumerate(zip(("asked", "named"), found, strict=True)):
            table[name][n] = len(some)
            acts.circumstances[acts.count + n, column, : len(some)] = some


def _note_rows(
    parts: Parts, given: NDArray[Any], clocks: Clocks, items: list[int], table: NDArray[Any]
) -> list[int]:
    """Note what the acts do to their visitors, and let them wait; return the row of each."""
    profiles, recency, past = parts.visitors.by_row
    count = len(given)
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
    for place, (kind, item, clock_ms) in enumerate(zip(kinds, items, times, strict=True), start):
        event, profile = columns.events[place], columns.profiles[place]
        if not (shows or kind.may_hide or kind.purchases or event.slate is not None):
            continue
        own_ms, parts.clock_ms = event.event_time_ms, clock_ms
        time_ms = clock_ms if own_ms is None else min(own_ms, clock_ms)
        interactions.note_plainly(parts, event, kind, profile, item, time_ms)
