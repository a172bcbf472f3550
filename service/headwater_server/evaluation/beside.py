"""Headwater beside what a shop has without it, on the same events, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.evaluation.backtest import TENTHS, Result
from headwater_server.evaluation.baselines.chance import Chance
from headwater_server.evaluation.baselines.covisitation import CoVisitation
from headwater_server.evaluation.baselines.popularity import Popularity
from headwater_server.evaluation.baselines.recommender import Recommender
from headwater_server.evaluation.tally import Tally
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.bootstrap import visitor_bootstrap
from headwater_server.inference.intervals.ratio import ratio_bootstrap

OWN = "Headwater"
VISITORS_MIN = 100
"""Fewer visitors say too little about others: no interval is given."""

CHANCE_MAX = 0.5
"""From that hit rate of chance on, the hit rate hardly distinguishes recommenders."""


def baselines() -> list[Recommender]:
    """Return what Headwater is compared with."""
    popularity = Popularity()
    popularity.name = "popularity"  # there is only one here
    return [CoVisitation(), popularity, Chance()]


@dataclass(frozen=True)
class Compared:
    """One recommender. ``lead``: how many times its hit rate Headwater's is; None: it had none.

    ``first`` and ``strangers`` are hit rates: of visitors' first events, and of lists that were
    asked for in advance for visitors without a history.
    """

    name: str
    settings: str
    figures: Mapping[str, float | int | None]
    interval: Interval | None
    lead: float | None
    lead_interval: Interval | None
    by_tenth: tuple[float | None, ...]
    intervals_by_tenth: tuple[Interval | None, ...]
    first: float | None = None
    strangers: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as JSON holds them."""
        return {
            "name": self.name,
            "settings": self.settings,
            **self.figures,
            "hit_rate_interval": _ends(self.interval),
            "first_event_hit_rate_at_20": self.first,
            "strangers_hit_rate_at_20": self.strangers,
            "headwater_is_times": self.lead,
            "headwater_is_times_interval": _ends(self.lead_interval),
            "by_tenth": [
                {"hit_rate_at_20": rate, "interval": _ends(interval)}
                for rate, interval in zip(self.by_tenth, self.intervals_by_tenth, strict=True)
            ],
        }


def _ends(interval: Interval | None) -> list[float | None] | None:
    if interval is None:
        return None
    return [round(end, 6) if np.isfinite(end) else None for end in (interval.low, interval.high)]


def compared(
    results: Mapping[str, tuple[str, Result]], visitor_ids: Sequence[str]
) -> list[Compared]:
    """Return one for each recommender, in the order given; Headwater is named `OWN`.

    ``results``: settings and result by name. ``visitor_ids``: of every row of the file.
    """
    own = results[OWN][1]
    asked = own.counted.rows
    visitors = np.unique([visitor_ids[row] for row in asked], return_inverse=True)[1]
    return [
        _one(name, settings, result, (_hits(own), visitors), len(visitor_ids))
        for name, (settings, result) in results.items()
    ]


def _hits(result: Result) -> NDArray[np.float64]:
    return (np.asarray(result.counted.ranks, dtype=np.int8) > 0).astype(np.float64)


def _one(name: str, settings: str, result: Result, own: tuple[Any, Any], rows: int) -> Compared:
    hits, (own_hits, visitors) = _hits(result), own
    tenths = np.asarray(result.counted.rows, dtype=np.int64) * TENTHS // rows
    parts = [tenths == tenth for tenth in range(TENTHS)]
    other = name != OWN and hits.any()
    return Compared(
        name=name,
        settings=settings,
        figures=result.total.figures(),
        interval=_interval(hits, visitors),
        lead=round(float(own_hits.sum() / hits.sum()), 4) if other else None,
        lead_interval=_lead(own_hits, hits, visitors) if other else None,
        by_tenth=tuple(float(hits[part].mean()) if part.any() else None for part in parts),
        intervals_by_tenth=tuple(_interval(hits[part], visitors[part]) for part in parts),
        first=_rate(result.first),
        strangers=_rate(result.strangers),
    )


def _rate(tally: Tally) -> float | None:
    return round(tally.hit_rate, 6) if tally.events else None


def _interval(hits: Any, visitors: Any) -> Interval | None:
    return visitor_bootstrap(hits, visitors) if _are_many(visitors) else None


def _lead(top: Any, bottom: Any, visitors: Any) -> Interval | None:
    return ratio_bootstrap(top, bottom, visitors) if _are_many(visitors) else None


def _are_many(visitors: Any) -> bool:
    return len(np.unique(visitors)) >= VISITORS_MIN


def chance_note(compared: Iterable[Compared]) -> str:
    """Return a warning if chance alone is right about as often as not, else ""."""
    for one in compared:
        rate = one.figures["hit_rate_at_20"] or 0.0
        if one.name == Chance.name and rate >= CHANCE_MAX:
            return (
                f"a list drawn by chance has the item in {rate:.0%} of the questions: there are "
                "few items beside the 20 of a list, so hit rates say little; ndcg and mrr say "
                "more"
            )
    return ""
