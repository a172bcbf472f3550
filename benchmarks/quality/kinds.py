"""Kinds of questions: by the visitor's history, the item, the time since, and the way back.

What is compared by kind says where another recommender is better, not only that it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from headwater_server.engine.messages.events import Event

SESSION_GAP_S = 1800.0
NEW = "nobody chose it before"
PAIRED, TWO_STEPS, FARTHER = (
    "others chose it with one of the last 20 items",
    "two such steps from the last 2 items",
    "others chose it, and it is farther away",
)
REACH, STEPS_FROM = 20, 2
Pairs = dict[str, set[str]]


class Kind(NamedTuple):
    """What was known of a question before its event, in words: each is a row of a table."""

    item: str
    history: str
    gap: str
    age: str


class _Visitor:
    """What one visitor did: item -> (number of the act, session), latest last; the latest time."""

    def __init__(self) -> None:
        self.chosen: dict[str, tuple[int, int]] = {}
        self.acts = self.session = 0
        self.time_s = -float("inf")

    def latest(self, most: int) -> list[str]:
        """Return the latest items, newest first."""
        return list(islice(reversed(self.chosen), most))


def kinds(events: Iterable[Event]) -> Iterator[Kind]:
    """Yield the kind of each event.

    >>> from headwater_server.engine.messages.events import EventItem
    >>> def view(n, item):
    ...     items = (EventItem(item),)
    ...     return Event(str(n), "view", "v", items=items, event_time_ms=60_000 * n)
    >>> for kind in kinds([view(1, "a"), view(2, "b"), view(3, "a")]):
    ...     print(kind.item, "|", kind.history)
    nobody chose it before | no item
    nobody chose it before | 1 item
    own, this session, 2 back | 2 to 4 items
    """
    visitors: dict[str, _Visitor] = {}
    counts: dict[str, int] = {}
    pairs: Pairs = defaultdict(set)
    for event in events:
        item_id, now_s = event.items[0].item_id, (event.event_time_ms or 0) / 1000
        visitor = visitors.setdefault(event.visitor_id, _Visitor())
        gap_s, count = now_s - visitor.time_s, counts.get(item_id, 0)
        if gap_s > SESSION_GAP_S:
            visitor.session += 1
        yield Kind(
            _item(visitor, item_id, count, pairs),
            _history(len(visitor.chosen)),
            _gap(gap_s),
            _age(count),
        )
        for other in visitor.latest(REACH):
            pairs[other].add(item_id)
            pairs[item_id].add(other)
        visitor.acts += 1
        visitor.chosen.pop(item_id, None)
        visitor.chosen[item_id] = visitor.acts, visitor.session
        visitor.time_s, counts[item_id] = now_s, count + 1


def _item(visitor: _Visitor, item_id: str, count: int, pairs: Pairs) -> str:
    if item_id in visitor.chosen:
        act, session = visitor.chosen[item_id]
        back = visitor.acts - act + 1
        if session < visitor.session:
            return "own, earlier session"
        return f"own, this session, {_range(back, (1, 2, 3, 6, 11))} back"
    return _of_others(visitor, item_id, pairs) if count else NEW


def _of_others(visitor: _Visitor, item_id: str, pairs: Pairs) -> str:
    if any(item_id in pairs[other] for other in visitor.latest(REACH)):
        return PAIRED
    middle = set().union(*(pairs[other] for other in visitor.latest(STEPS_FROM)))
    return TWO_STEPS if any(item_id in pairs[other] for other in middle) else FARTHER


def _history(items: int) -> str:
    if items < 2:
        return ("no item", "1 item")[items]
    return f"{_range(items, (2, 5, 20, 100))} items"


def _age(count: int) -> str:
    if count == 0:
        return NEW
    return f"item with {_range(count, (1, 2, 5, 20, 100))} act{'s' if count > 1 else ''}"


def _gap(gap_s: float) -> str:
    steps = ((30, "under 30 s"), (300, "under 5 min"), (SESSION_GAP_S, "under 30 min"))
    for limit, name in steps:
        if gap_s <= limit:
            return f"{name} after the last act"
    return "the first act" if gap_s == float("inf") else "a new session"


def _range(value: int, starts: tuple[int, ...]) -> str:
    """Return the range of ``value`` among those that begin at ``starts``.

    >>> _range(7, (1, 5, 20)), _range(1, (1, 2)), _range(25, (1, 5, 20))
    ('5 to 19', '1', '20 or more')
    """
    place = max(n for n, start in enumerate(starts) if start <= value)
    first = starts[place]
    if place == len(starts) - 1:
        return f"{first} or more"
    last = starts[place + 1] - 1
    return f"{first}" if first == last else f"{first} to {last}"
