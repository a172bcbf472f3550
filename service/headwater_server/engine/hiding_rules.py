"""For how long an item is left out after an act: by event type, or by the kind of item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from headwater_server.engine import filters
from headwater_server.engine.columns import Columns
from headwater_server.engine.entries import Item
from headwater_server.engine.rewards import canonical_type
from headwater_server.engine.rules import Hide

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class HidingRules:
    """The first rule that fits act and item decides; where none does, ``hide_days`` do.

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
        """Return until when an act leaves the item out, None: it does not."""
        days = self.days(event_type, item, now_ms)
        return now_ms + round(DAY_MS * days) if days else None

    def days(self, event_type: str, item: Item | None, now_ms: int) -> float | None:
        """Return for how many days an act leaves the item out, None: no rule says."""
        name = canonical_type(event_type)
        for rule in self.rules:
            if name in rule.event_types and rule.holds("", now_ms) and passes(rule.filter, item):
                return float(rule.days)
        given = [self.hide_days[n] for n in {event_type, name} if n in self.hide_days]
        return max(given, default=None)


def passes(text: str, item: Item | None) -> bool:
    """Return whether one item passes a filter; None: one that the shop said nothing of."""
    if not text:
        return True
    columns = Columns()
    if item is not None:
        columns.put(0, item)
    return bool(np.asarray(filters.parse(text).mask(columns))[0])
