"""Hide rules: for how long an item is left out after a visitor bought it, saw it, …"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue import filters
from headwater_server.engine.catalogue.eviction import CLASSES, evicted_class
from headwater_server.engine.catalogue.fields.item_values import item_values
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.messages.rewards import canonical_type
from headwater_server.engine.reranking.rules import Hide
from headwater_server.engine.snapshot.state import Deferred

ITEMS_MAX = 1000
"""Items left out for one profile; with more of them the oldest are shown again."""

STEP = 4_000
"""Profiles that are looked at in one step: about a millisecond."""

Span = tuple[int, int]
"""Until when an item is hidden, and since when, in milliseconds."""
_Table = dict[str, dict[int, Span]]
"""profile -> item -> when it is hidden."""

DAY_MS = 86_400_000
_NO_ITEMS = np.zeros(0, dtype=np.int32)


class Hiding:
    """The items left out of a profile's lists, and until when; a table for each class of event.

    So what a page claims takes no place from what a backend confirms, neither among the profiles
    nor among the items of one profile; and a view takes none from a purchase.

    >>> hiding = Hiding(profiles_max=10)
    >>> hiding.hide("vann", item=7, until_ms=500, now_ms=0, row_class=2)
    >>> hiding.hidden(("vann", "uann"), now_ms=499).tolist()
    [7]
    >>> hiding.hidden(("vann", "uann"), now_ms=500).tolist()
    []
    """

    def __init__(self, profiles_max: int) -> None:
        self.profiles_max = profiles_max
        # a profile's items are replaced, never changed: a snapshot may be reading them
        self._tables: list[_Table] = [{} for _ in range(CLASSES)]

    def hide(self, profile: str, item: int, until_ms: int, *, now_ms: int, row_class: int) -> None:
        """Leave ``item`` out for ``profile`` until then, or until a later time set before."""
        table = self._tables[row_class]
        items = dict(table.pop(profile, {}))
        items[item] = max((until_ms, now_ms), items.pop(item, (until_ms, now_ms)))
        if len(items) > ITEMS_MAX:
            items = {i: span for i, span in items.items() if now_ms < span[0]}
        if len(items) > ITEMS_MAX:
            del items[next(iter(items))]
        table[profile] = items
        self.shrink(now_ms)

    def shrink(self, now_ms: int) -> None:
        """Remove profiles beyond ``profiles_max``: what is over, then by class, oldest first."""
        while (surplus := sum(map(len, self._tables)) - self.profiles_max) > 0:
            count = max(1, self.profiles_max // 64)
            if self._drop_over(now_ms, count) < surplus:
                counts = [len(table) for table in self._tables]
                table = self._tables[evicted_class(counts, self.profiles_max)]
                for profile in list(islice(table, count)):
                    del table[profile]

    def _drop_over(self, now_ms: int, count: int) -> int:
        """Drop those whose times are over of each class's ``count`` oldest; return how many."""
        dropped = 0
        for table in self._tables:
            oldest = islice(table.items(), count)
            over = [name for name, items in oldest if _end_ms(items) <= now_ms]
            for profile in over:
                del table[profile]
            dropped += len(over)
        return dropped

    def hidden(self, profiles: tuple[str, ...], now_ms: int) -> NDArray[np.int32]:
        """Return int32[n]: the items left out for any of ``profiles`` at ``now_ms``."""
        items: list[int] = []
        for table in self._tables:
            for profile in profiles:
                if spans := table.get(profile):
                    items += [item for item, (until_ms, _) in spans.items() if now_ms < until_ms]
        return np.array(items, dtype=np.int32) if items else _NO_ITEMS

    def set_back(self, now_ms: int) -> None:
        """Count items that were hidden after ``now_ms`` as hidden then, for as long as before."""
        for table in self._tables:
            for profile, items in table.items():
                if any(since_ms > now_ms for _, since_ms in items.values()):
                    earlier = {item: _set_back(span, now_ms) for item, span in items.items()}
                    table[profile] = earlier

    def forget(self, profile: str) -> None:
        """Forget the hidden items of ``profile``."""
        for table in self._tables:
            table.pop(profile, None)

    def forgetting(self, gone: NDArray[np.int32]) -> Iterator[None]:
        """Forget ``gone`` items, whose numbers will be reused, in steps."""
        numbers = set(gone.tolist())
        for table in self._tables:
            for place, (profile, items) in enumerate(table.items(), start=1):
                if not numbers.isdisjoint(items):
                    kept = {item: span for item, span in items.items() if item not in numbers}
                    table[profile] = kept
                if place % STEP == 0:
                    yield
        yield

    def state(self) -> Deferred:
        """Return each class's profiles in order of their last change, and their items."""
        tables = [table.copy() for table in self._tables]  # quicker than lists of them
        return Deferred(lambda: [_columns(table) for table in tables])

    def load(self, state: list[dict[str, Any]]) -> None:
        """Replace the state by what `state` returned."""
        self._tables = [_table(columns) for columns in state]


def _end_ms(items: dict[int, Span]) -> int:
    return max((until_ms for until_ms, _ in items.values()), default=0)


def _set_back(span: Span, now_ms: int) -> Span:
    until_ms, since_ms = span
    return until_ms - max(0, since_ms - now_ms), min(since_ms, now_ms)


def _table(state: dict[str, Any]) -> _Table:
    spans = zip(state["until_ms"].tolist(), state["since_ms"].tolist(), strict=True)
    pairs = iter(zip(state["items"].tolist(), spans, strict=True))
    counts = zip(state["profiles"], state["counts"], strict=True)
    return {profile: dict(next(pairs) for _ in range(count)) for profile, count in counts}


def _columns(table: _Table) -> dict[str, Any]:
    held = table.values()
    items = [item for one in held for item in one]
    spans = [span for one in held for span in one.values()]
    return {
        "profiles": list(table),
        "counts": [len(one) for one in held],
        "items": np.array(items, dtype=np.int32),
        "until_ms": np.array([until_ms for until_ms, _ in spans], dtype=np.int64),
        "since_ms": np.array([since_ms for _, since_ms in spans], dtype=np.int64),
    }


@dataclass(frozen=True, slots=True)
class HidingRules:
    """The first rule that matches act and item decides; if none does, ``hide_days``.

    >>> rules = HidingRules(
    ...     {"purchase-complete": 30.0},
    ...     [Hide(name="fresh", filter='tags: ANY("food")', days=0, event_types=("click",))],
    ... )
    >>> rules.days("click", Item("milk", tags=("food",)), now_ms=0)
    0.0
    >>> rules.days("purchase", None, now_ms=0), rules.days("click", None, now_ms=0)
    (30.0, None)
    """

    hide_days: Mapping[str, float]
    rules: Sequence[Hide]

    def until_ms(self, event_type: str, item: Item | None, now_ms: int) -> int | None:
        """Return until when an act hides the item; None: it does not."""
        days = self.days(event_type, item, now_ms)
        return now_ms + round(DAY_MS * days) if days else None

    def may_hide(self, event_type: str) -> bool:
        """Whether an act of this type can hide an item at all."""
        name = canonical_type(event_type)
        is_named = any(name in rule.event_types for rule in self.rules)
        return is_named or any(self.hide_days.get(n) for n in (event_type, name))

    def days(self, event_type: str, item: Item | None, now_ms: int) -> float | None:
        """Return for how many days an act hides the item; None: no rule matches."""
        name = canonical_type(event_type)
        rules = [r for r in self.rules if name in r.event_types and r.holds("", now_ms)]
        values = item_values(item) if rules and item else {}
        for rule in rules:
            if not rule.filter or filters.parse(rule.filter).passes(values):
                return float(rule.days)
        given = [self.hide_days[n] for n in {event_type, name} if n in self.hide_days]
        return max(given, default=None)
