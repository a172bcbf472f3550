"""Delays refusals while there are many: to refuse costs about as much as to answer."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter

FREE_PER_S = 200  # refusals that are answered at once,
FREE_OF_ONE_PER_S = 20  # and those of one source
DELAY_S = (0.25, 0.75)  # not all the same, so that those refused do not come back together
HEAVY_DELAY_S = (1.0, 2.0)  # of a caller who uses much, or when very many are refused
MANY_PER_S = 300
DELAYED_MAX = 2_000  # a refusal beyond that is answered at once


class Refusals:
    """The refusals of one server."""

    def __init__(self) -> None:
        self._second = 0
        self._counts: Counter[str] = Counter()  # of this second
        self._total = 0
        self._delayed = 0

    async def refused(self, source: str, *, is_heavy: bool = False) -> None:
        """Return at once, or after a while if many calls were refused in this second."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._total, self._counts = second, 0, Counter()
        self._counts[source] += 1
        self._total += 1
        is_free = (
            not is_heavy and self._counts[source] <= FREE_OF_ONE_PER_S and self._total <= FREE_PER_S
        )
        if is_free or self._delayed >= DELAYED_MAX:
            return
        is_long = is_heavy or self._total > MANY_PER_S
        self._delayed += 1
        try:
            await asyncio.sleep(random.uniform(*(HEAVY_DELAY_S if is_long else DELAY_S)))
        finally:
            self._delayed -= 1
