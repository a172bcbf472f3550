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

PROFILE_BYTES = 1_000  # estimate, for a profile with a handful of items
Span = tuple[int, int]
"""Until when an item is hidden, and since when."""


class Hiding:
    """The items left out of a profile's lists, and until when.

    >>> hiding = Hiding(profiles_max=10)
    >>> hiding.hide("vann", item=7, until_ms=500, now_ms=0)
    >>> hiding.hidden(("vann", "uann"), now_ms=499).tolist()
    [7]
    >>> hiding.hidden(("vann", "uann"), now_ms=500).tolist()
    []
    """

    def __init__(self, profiles_max: int) -> None:
        self.profiles_max = profiles_max
        # a profile's items are replaced, never changed: a snapshot may be reading them
        self._times_ms: dict[str, dict[int, Span]] = {}

    def hide(self, profile: str, item: int, until_ms: int, now_ms: int) -> None:
        """Leave ``item`` out for ``profile`` until then, or until a later time set before."""
        items = dict(self._times_ms.pop(profile, {}))
        items[item] = max((until_ms, now_ms), items.pop(item, (until_ms, now_ms)))
        if len(items) > ITEMS_MAX:
            del items[next(iter(items))]
        self._times_ms[profile] = items
        drop_first(self._times_ms, self.profiles_max)

    def hidden(self, profiles: tuple[str, ...], now_ms: int) -> NDArray[np.int32]:
        """Return int32[n]: the items left out for any of ``profiles`` at ``now_ms``."""
        if not self._times_ms:
            return np.zeros(0, dtype=np.int32)
        items = [
            item
            for profile in profiles
            for item, (until_ms, _) in self._times_ms.get(profile, {}).items()
            if now_ms < until_ms
        ]
        return np.array(items, dtype=np.int32)

    def set_back(self, now_ms: int) -> None:
        """Count items that were hidden after ``now_ms`` as hidden then, for as long as before."""
        for profile, items in self._times_ms.items():
            if any(since_ms > now_ms for _, since_ms in items.values()):
                earlier = {item: _set_back(span, now_ms) for item, span in items.items()}
                self._times_ms[profile] = earlier

    def forget(self, profile: str) -> None:
        """Forget the hidden items of ``profile``."""
        self._times_ms.pop(profile, None)

    def forget_items(self, gone: NDArray[np.int32]) -> None:
        """Forget ``gone`` items, whose numbers will be reused."""
        numbers = set(gone.tolist())
        for profile, items in self._times_ms.items():
            if not numbers.isdisjoint(items):
                kept = {item: span for item, span in items.items() if item not in numbers}
                self._times_ms[profile] = kept

    def state(self) -> Deferred:
        """Return profiles in order of their last change, and their items."""
        times_ms = self._times_ms.copy()  # quicker than a list of them
        return Deferred(lambda: _columns(times_ms), PROFILE_BYTES * len(times_ms))

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._times_ms.clear()
        spans = zip(state["until_ms"].tolist(), state["since_ms"].tolist(), strict=True)
        pairs = iter(zip(state["items"].tolist(), spans, strict=True))
        for profile, count in zip(state["profiles"], state["counts"], strict=True):
            self._times_ms[profile] = dict(next(pairs) for _ in range(count))


def _set_back(span: Span, now_ms: int) -> Span:
    until_ms, since_ms = span
    return until_ms - max(0, since_ms - now_ms), min(since_ms, now_ms)


def _columns(times_ms: dict[str, dict[int, Span]]) -> dict[str, Any]:
    held = times_ms.values()
    items = [item for one in held for item in one]
    spans = [span for one in held for span in one.values()]
    return {
        "profiles": list(times_ms),
        "counts": [len(one) for one in held],
        "items": np.array(items, dtype=np.int32),
        "until_ms": np.array([until_ms for until_ms, _ in spans], dtype=np.int64),
        "since_ms": np.array([since_ms for _, since_ms in spans], dtype=np.int64),
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
        for rule in self.rules:
            if name in rule.event_types and rule.holds("", now_ms) and passes(rule.filter, item):
                return float(rule.days)
        given = [self.hide_days[n] for n in {event_type, name} if n in self.hide_days]
        return max(given, default=None)


def passes(text: str, item: Item | None) -> bool:
    """Return whether one item passes a filter; None: an item that is not in the catalogue."""
    if not text:
        return True
    columns = Columns()
    if item is not None:
        columns.put(0, item)
    return bool(np.asarray(filters.parse(text).mask(columns))[0])
