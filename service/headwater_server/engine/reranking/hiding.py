"""Hide rules: for how long an item is left out after a visitor bought it, saw it, …"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue import filters
from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.recency import drop_first
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.messages.rewards import canonical_type
from headwater_server.engine.reranking.rules import Hide
from headwater_server.engine.snapshot.state import Deferred

ITEMS_MAX = 1000
"""Items left out for one profile; with more of them the oldest are shown again."""

PROFILE_BYTES = 500  # estimate, for a profile with a handful of items


class Hiding:
    """The items left out of a profile's lists, and until when.

    >>> hiding = Hiding(profiles_max=10)
    >>> hiding.hide("vann", item=7, until_ms=500)
    >>> hiding.hidden(("vann", "uann"), now_ms=499).tolist()
    [7]
    >>> hiding.hidden(("vann", "uann"), now_ms=500).tolist()
    []
    """

    def __init__(self, profiles_max: int) -> None:
        self.profiles_max = profiles_max
        # a profile's items are replaced, never changed: a snapshot may be reading them
        self._until_ms: dict[str, dict[int, int]] = {}

    def hide(self, profile: str, item: int, until_ms: int) -> None:
        """Leave ``item`` out for ``profile`` until then, or until a later time set before."""
        items = dict(self._until_ms.pop(profile, {}))
        items[item] = max(until_ms, items.pop(item, 0))
        if len(items) > ITEMS_MAX:
            del items[next(iter(items))]
        self._until_ms[profile] = items
        drop_first(self._until_ms, self.profiles_max)

    def hidden(self, profiles: tuple[str, ...], now_ms: int) -> NDArray[np.int32]:
        """Return int32[n]: the items left out for any of ``profiles`` at ``now_ms``."""
        if not self._until_ms:
            return np.zeros(0, dtype=np.int32)
        items = [
            item
            for profile in profiles
            for item, until_ms in self._until_ms.get(profile, {}).items()
            if now_ms < until_ms
        ]
        return np.array(items, dtype=np.int32)

    def forget(self, profile: str) -> None:
        """Forget the hidden items of ``profile``."""
        self._until_ms.pop(profile, None)

    def forget_items(self, gone: NDArray[np.int32]) -> None:
        """Forget ``gone`` items, whose numbers will be reused."""
        numbers = set(gone.tolist())
        for profile, items in self._until_ms.items():
            if not numbers.isdisjoint(items):
                kept = {item: time_ms for item, time_ms in items.items() if item not in numbers}
                self._until_ms[profile] = kept

    def state(self) -> Deferred:
        """Return profiles in order of their last change, and their items."""
        until_ms = self._until_ms.copy()  # quicker than a list of them
        return Deferred(lambda: _columns(until_ms), PROFILE_BYTES * len(until_ms))

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._until_ms.clear()
        pairs = iter(zip(state["items"].tolist(), state["until_ms"].tolist(), strict=True))
        for profile, count in zip(state["profiles"], state["counts"], strict=True):
            self._until_ms[profile] = dict(next(pairs) for _ in range(count))


def _columns(until_ms: dict[str, dict[int, int]]) -> dict[str, Any]:
    held = until_ms.values()
    items = [item for one in held for item in one]
    times = [time_ms for one in held for time_ms in one.values()]
    return {
        "profiles": list(until_ms),
        "counts": [len(one) for one in held],
        "items": np.array(items, dtype=np.int32),
        "until_ms": np.array(times, dtype=np.int64),
    }


DAY_MS = 86_400_000


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

    def days(self, event_type: str, item: Item | None, now_ms: int) -> float | None:
        """Return for how many days an act hides the item; None: no rule matches."""
        name = canonical_type(event_type)
        rules = [r for r in self.rules if name in r.event_types and r.holds("", now_ms)]
        if rules:
            columns = _only(item)
        for rule in rules:
            if not rule.filter or filters.parse(rule.filter).mask(columns)[0]:
                return float(rule.days)
        given = [self.hide_days[n] for n in {event_type, name} if n in self.hide_days]
        return max(given, default=None)


def _only(item: Item | None) -> Columns:
    """Return a catalogue of one item; None: one that is not in the catalogue."""
    columns = Columns(rows=1)
    if item is not None:
        columns.put(0, item)
    return columns
