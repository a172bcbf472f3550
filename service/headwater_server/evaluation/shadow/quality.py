"""How well both states predict what comes next: progressive figures, each with an interval."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from headwater_server.engine.engine import Engine
from headwater_server.engine.learning.challengers import figures_of
from headwater_server.engine.measures.metrics import Metric
from headwater_server.engine.measures.placements import ALL
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.blocks import interval_of_blocks

MEANS = {"hit_rate_at_20": 20, "log_loss": 100, "log_loss_base_rate": 100}
"""Observations of a block: so many hardly depend on those of the block before. Hits are observed at
every tenth interaction only, so fewer of them do."""
CALIBRATION = "calibration_error"
BLOCKS_MAX = 400


@dataclass
class Blocks:
    """Sums of the champion and of the shadow by block, and the sums of the block under way."""

    counts: list[int] = field(default_factory=list)
    champion: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    begun: tuple[int, float, float] = (0, 0.0, 0.0)
    least: int = 100

    def add(self, count: int, champion: float, own: float) -> None:
        """Add observations; a full block is closed, and too many are joined by pairs."""
        here = self.begun[0] + count, self.begun[1] + champion, self.begun[2] + own
        if here[0] < self.least:
            self.begun = here
            return
        self.begun = 0, 0.0, 0.0
        self.counts.append(here[0])
        self.champion.append(here[1])
        self.own.append(here[2])
        if len(self.counts) >= BLOCKS_MAX:
            self.counts = [*map(sum, zip(*[iter(self.counts)] * 2, strict=True))]
            self.champion = [*map(sum, zip(*[iter(self.champion)] * 2, strict=True))]
            self.own = [*map(sum, zip(*[iter(self.own)] * 2, strict=True))]
            self.least *= 2

    def figures(self, level: float) -> dict[str, Any]:
        """Return the means over all blocks and their intervals, None of fewer than ten."""
        champion, own = (np.array(one, np.float64) for one in (self.champion, self.own))
        count = sum(self.counts)
        pairs = (("champion", champion), ("shadow", own), ("difference", own - champion))
        found: dict[str, Any] = {"count": count}
        for name, sums in pairs:
            found[name] = float(sums.sum()) / count if count else None
            found[f"{name}_interval"] = _ends(interval_of_blocks(sums, self.counts, level))
        return found


class Quality:
    """Progressive figures of two engines over the same entries, from the first look on.

    ``ranker``: the shadow answers by one that learns beside the champion, whose hits are its own.
    """

    def __init__(self, ranker: str = "") -> None:
        self._ranker = ranker
        self._blocks = {name: Blocks(least=least) for name, least in MEANS.items()}
        self._last: dict[str, list[float]] = {}

    def look(self, champion: Engine, own: Engine) -> None:
        """Add what both observed since the last look, as far as both observed as much."""
        one = _totals(champion)
        two = self._beside(champion, one) if own is champion else _totals(own)
        sums = {name: [*_sum(one, name), *_sum(two, name)] for name in MEANS}
        last, self._last = self._last, sums
        for name in MEANS if last else ():
            here = [now - before for now, before in zip(sums[name], last[name], strict=True)]
            if here[0] > 0 and here[0] == here[2]:
                self._blocks[name].add(int(here[0]), here[1], here[3])

    def _beside(self, champion: Engine, totals: dict[str, Metric]) -> dict[str, Metric]:
        """Return the figures of a shadow that has the champion's state."""
        if not self._ranker:
            return totals
        return {**totals, **_totals(champion, figures_of(self._ranker))}

    def figures(self, champion: Engine, own: Engine, level: float) -> list[dict[str, Any]]:
        """Return one object a figure; the calibration error is no mean, and has no interval."""
        means = [{"name": name, **one.figures(level)} for name, one in self._blocks.items()]
        one, two = (_totals(engine).get(CALIBRATION) for engine in (champion, own))
        if one and two:
            values = {"champion": one.value, "shadow": two.value}
            change = two.value - one.value
            means.append({"name": CALIBRATION, "count": two.count, **values, "difference": change})
        return [one for one in means if one["count"]]

    def state(self) -> dict[str, Any]:
        """Return all sums as plain values."""
        return {
            "last": self._last,
            "blocks": {
                name: [one.counts, one.champion, one.own, list(one.begun), one.least]
                for name, one in self._blocks.items()
            },
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace them by what `state` returned."""
        self._last = state["last"]
        for name, (counts, champion, own, begun, least) in state["blocks"].items():
            self._blocks[name] = Blocks(counts, champion, own, tuple(begun), least)


def drift(engine: Engine) -> dict[str, int]:
    """Return how many drift alarms were raised, by direction."""
    found = {"worse": 0, "better": 0}
    for (_, is_worse), count in engine.lookups.drift_counts().items():
        found["worse" if is_worse else "better"] += count
    return found


def _totals(engine: Engine, policy: str = ALL) -> dict[str, Metric]:
    """Return the figures over all placements and all time, by name."""
    group = ALL, policy, "total"
    found = engine.lookups.metrics()
    return {one.name: one for one in found if (one.placement, one.policy, one.window) == group}


def _sum(totals: dict[str, Metric], name: str) -> tuple[float, float]:
    """Return how many observations there were, and their sum."""
    found = totals.get(name)
    return (float(found.count), found.value * found.count) if found else (0.0, 0.0)


def _ends(interval: Interval | None) -> list[float] | None:
    return [interval.low, interval.high] if interval else None
