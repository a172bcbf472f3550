"""Progressive validation: the quality of predictions, measured before each event is learned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from river import stats

from headwater_server.models.river.plain_values import from_plain, to_plain

FADING = 0.002
_GROUPS_MAX = 256
_ALL = "all"
_WINDOWS = ("recent", "total")


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: the mean of ``count`` observations in ``window``.

    "total" is over all time; in "recent" each further observation lowers the weight by 0.2 %, so
    that the last thousand or so dominate.
    """

    name: str
    placement: str
    policy: str
    window: str
    value: float
    count: int


def log_loss(chance: float, *, acted: bool) -> float:
    """Return -log of the chance given to what happened, kept finite.

    >>> round(log_loss(0.5, acted=True), 3)
    0.693
    """
    chance = min(max(chance, 1e-12), 1 - 1e-12)
    return -math.log(chance if acted else 1.0 - chance)


class ProgressiveValidation:
    """Means by (name, placement, policy), recent and in total.

    Beyond 256 placements and policies new ones share the group "other".
    """

    def __init__(self) -> None:
        self._means: dict[tuple[str, str, str], tuple[Any, Any]] = {}

    def observe(self, name: str, value: float, placement: str = _ALL, policy: str = _ALL) -> None:
        """Add one observation of a figure."""
        key = (name, placement, policy)
        if key not in self._means and len(self._means) >= _GROUPS_MAX:
            key = (name, "other", "other")
        if key not in self._means:
            self._means[key] = (stats.EWMean(FADING), stats.Mean())
        for mean in self._means[key]:
            mean.update(value)

    def metrics(self) -> list[Metric]:
        """Return every figure, in order of name, placement and policy."""
        return [
            Metric(*key, window, float(mean.get()), int(self._means[key][1].n))
            for key in sorted(self._means)
            for window, mean in zip(_WINDOWS, self._means[key], strict=True)
        ]

    def state(self) -> dict[str, Any]:
        """Return all means as plain values."""
        return {"means": to_plain(self._means)}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._means = from_plain(state["means"])
