"""How often the same sender has acted on the same item lately, where no history says it.

A history has the acts of one visitor (`learning.repeated`). This has those of a page's source,
which can make up visitors; of an account, whose visitors can be many; and what no history counts:
refusals and purchases.
"""

from __future__ import annotations

import math
from typing import Any

from headwater_server.engine.snapshot.state import in_steps

HALF_LIFE_S = 6 * 3600.0
"""Time after which earlier acts weigh half: who buys the same each week counts fully."""
LEAST = 0.03
"""A smaller part of an act teaches others nothing: from the sixth act in a row on."""
KEPT_MAX = 100_000
"""Pairs of sender and item; with more of them those go that acted first."""
HALF_LIFE_MS = HALF_LIFE_S * 1000.0
_LEVEL_MAX = 32.0
"""Half-lives above now: no count is larger, also after the clock was set back."""


def of_profile(profile: str) -> str:
    """Return what to count a profile of a source under, in the place of an item: no item's id."""
    return f"\0{profile}"


class Repeats:
    """Faded counts by (sender, item). What is known of one is in its name, so it can be forgotten.

    A count *n* at the time *t* is kept as one number that does not fade, *log2 n + t / half-life*.

    >>> repeats = Repeats()
    >>> [round(repeats.count("auann", "tent", now_ms=0), 9) for _ in range(3)]
    [0.0, 1.0, 2.0]
    >>> round(repeats.count("auann", "tent", now_ms=round(HALF_LIFE_MS)), 9)
    1.5
    """

    def __init__(self) -> None:
        self._levels: dict[str, float] = {}

    def count(self, sender: str, item_id: str, now_ms: int, most: float = math.inf) -> float:
        """Count an act; return how many the sender did on the item before, faded since.

        With ``most`` before it, it is not counted.
        """
        name, now = f"{sender}\0{item_id}", now_ms / HALF_LIFE_MS
        before = self.recent(sender, item_id, now_ms)
        self._levels.pop(name, None)
        counted = before if before >= most else before + 1.0
        self._levels[name] = math.log2(counted) + now
        if len(self._levels) > KEPT_MAX:
            del self._levels[next(iter(self._levels))]
        return before

    def recent(self, sender: str, item_id: str, now_ms: int) -> float:
        """Return how many acts the sender did on the item, faded since; count none."""
        level = self._levels.get(f"{sender}\0{item_id}")
        return 0.0 if level is None else 2.0 ** min(level - now_ms / HALF_LIFE_MS, _LEVEL_MAX)

    def forget(self, profile: str) -> None:
        """Forget what a profile did, also as one of a source's."""
        sender, of_source = f"{profile}\0", f"\0{of_profile(profile)}"
        for name in [
            name for name in self._levels if name.startswith(sender, 1) or name.endswith(of_source)
        ]:
            del self._levels[name]

    def state(self) -> dict[str, Any]:
        """Return names and what is kept of each, the longest inactive first."""
        return {"names": in_steps(self._levels), "levels": in_steps(self._levels.values())}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._levels = dict(zip(state["names"], state["levels"], strict=True))
