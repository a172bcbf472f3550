"""What plain acts say, by column: all that needs no state but the settings in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.eviction import CONFIRMED, ORDINARY
from headwater_server.engine.clock import lies_ahead
from headwater_server.engine.intake.deduplication import content_of, key_of, owner_bytes
from headwater_server.engine.intake.influence import MINUTE_MS
from headwater_server.engine.intake.ordinary import are_ordinary
from headwater_server.engine.learning.kinds import Kind
from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.engine.messages.events import Event
from headwater_server.engine.parts import Parts
from headwater_server.engine.visitors.profile_rows import hash_of
from headwater_server.engine.visitors.request_context import circumstances, placement_of
from headwater_server.engine.visitors.session_keys import session_key

TOGETHER_MIN = 4
"""Acts: fewer take as long one by one."""
GATHERED_MAX = 200
"""Acts whose columns are made at once: more than wait to be learned, so that few are made twice."""
GIVEN = np.dtype(
    [
        ("key", np.uint64),  # of its id, its content and its visitor, as `Deduplication` takes them
        ("content", np.uint32),
        ("owner", np.uint32),
        ("high", np.uint64),  # the two words of its visitor
        ("low", np.uint64),
        ("session", np.int64),
        ("own_ms", np.int64),  # its own time, `NO_TIME`: it has none
        ("reward", np.float64),
        ("purchases", np.float64),
        ("row_class", np.uint8),
    ],
    align=True,
)
_WHO = np.dtype([("high", ">u8"), ("low", ">u8"), ("owner", ">u4")])
_NONE = np.zeros(0, dtype=GIVEN)
NO_TIME = np.iinfo(np.int64).max
Operations = Sequence[tuple[Operation, Entry]]
"""Operations, each with its entry."""


class Columns(NamedTuple):
    """Plain acts that follow each other, from ``first`` of the entry on.

    ``given`` of `GIVEN`, empty if there are too few; of each its event, its kind, the key of its
    visitor and its item.
    """

    first: int
    given: NDArray[Any]
    events: list[Event]
    kinds: list[Kind]
    profiles: list[str]
    item_ids: list[str]


def columns_of(parts: Parts, operations: Operations, first: int) -> Columns:
    """Return the acts from ``first`` on that are alike: up to the first other operation.

    They are of backends, about one item each, by visitors without an account, and name no
    circumstances but a placement. The firewall passes all of them, or there is none.
    """
    bare = list(_bare(parts, operations, first))
    events = [event for event, _ in bare]
    is_checked = all(one.checked is parts.settings for _, one in bare)
    if not is_checked and not are_ordinary(events, parts.settings):
        events.clear()
    if len(events) < TOGETHER_MIN:
        return Columns(first, _NONE, events, [], [], [])
    kinds = [parts.kinds[event.event_type] for event in events]
    profiles = ["v" + event.visitor_id for event in events]
    item_ids = [event.items[0].item_id for event in events]
    return Columns(first, _given(events, kinds, profiles), events, kinds, profiles, item_ids)


def _bare(parts: Parts, operations: Operations, first: int) -> Iterable[tuple[Event, Entry]]:
    """Yield the events from ``first`` on that are so, up to the first other one."""
    kinds = parts.kinds
    is_limited = parts.settings.source_events_per_minute_max > 0
    for event, entry in islice(operations, first, first + GATHERED_MAX):
        if not isinstance(event, Event) or event.event_type not in kinds or len(event.items) != 1:
            return
        if event.from_page or event.user_id or event.context or event.reward is not None:
            return
        if not _has_clear_time(entry, event.event_time_ms):
            return
        if is_limited and event.source:
            return
        yield event, entry


def _has_clear_time(entry: Entry, own_ms: int | None) -> bool:
    """Whether its time is not refused, and is known in a file, whose times move the clock."""
    if own_ms is None:
        return not entry.imported
    return entry.imported or not lies_ahead(own_ms, entry.time_ms)


def _given(events: Sequence[Event], kinds: Sequence[Kind], profiles: Sequence[str]) -> NDArray[Any]:
    given = np.zeros(len(events), dtype=GIVEN)
    given["key"] = np.frombuffer(b"".join(map(key_of, events)), ">u8")[::2]
    # a log may hold short ones
    prints = [content_of(event).ljust(4, b"\0")[:4] for event in events]
    given["content"] = np.frombuffer(b"".join(prints), ">u4")
    who = np.frombuffer(b"".join(map(_hashes_of, profiles)), _WHO)
    given["high"], given["low"] = who["high"], who["low"]
    given["owner"] = np.maximum(who["owner"], 1)  # as `owner_of`
    given["session"] = [session_key(e.session_id) if e.session_id else 0 for e in events]
    given["own_ms"] = [NO_TIME if e.event_time_ms is None else e.event_time_ms for e in events]
    given["reward"] = [kind.reward_of(e) for kind, e in zip(kinds, events, strict=True)]
    given["purchases"] = [kind.purchases for kind in kinds]
    given["row_class"] = [CONFIRMED if kind.weighs else ORDINARY for kind in kinds]
    return given


@lru_cache(maxsize=4096)  # a visitor comes again
def _hashes_of(profile: str) -> bytes:
    """Return the bytes of `_WHO`."""
    return hash_of(profile) + owner_bytes(profile)


def circumstances_of(columns: Columns, start: int, stop: int) -> list[tuple[str, ...]]:
    """Return what each act names: nothing, or the placement."""
    events = columns.events[start:stop]
    return [circumstances(placement_of(event), ()) for event in events]


def names_of(columns: Columns, start: int, stop: int, clocks: NDArray[np.int64]) -> list[str]:
    """Return under which name each act counts in its minute, as `Influence` does."""
    own, profiles = columns.given["own_ms"][start:stop], columns.profiles[start:stop]
    minutes = (np.minimum(own, clocks) // MINUTE_MS).tolist()
    return [f"{name}\0{minute}" for name, minute in zip(profiles, minutes, strict=True)]
