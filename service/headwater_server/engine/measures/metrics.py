"""Progressive validation: the quality of predictions, measured before each event is learned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from river import stats

from headwater_server.engine.measures.placements import ALL
from headwater_server.models.river.plain_values import from_plain, to_plain

FADING = 0.002


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


def log_loss(chance: float, *, acted: float) -> float:
    """Return -log of the chance given to what happened, kept finite; of a part of an act both.

    >>> round(log_loss(0.5, acted=True), 3), round(log_loss(0.5, acted=0.3), 3)
    (0.693, 0.693)
    """
    chance = min(max(chance, 1e-12), 1 - 1e-12)
    if 0.0 < acted < 1.0:
        return -(acted * math.log(chance) + (1.0 - acted) * math.log(1.0 - chance))
    return -math.log(chance if acted else 1.0 - chance)


class ProgressiveValidation:
    """Means by (name, placement, policy), recent and in total; `Placements` limits the groups.

    >>> progress = ProgressiveValidation()
    >>> for value in (0.0, 1.0):
    ...     progress.observe("act_rate", value, "home", "best")
    >>> [(one.window, round(one.value, 4), one.count) for one in progress.metrics()]
    [('recent', 0.5005, 2), ('total', 0.5, 2)]
    """

    def __init__(self) -> None:
        self._means: dict[tuple[str, str, str], tuple[Any, Any]] = {}

    def observe(self, name: str, value: float, placement: str = ALL, policy: str = ALL) -> None:
        """Add one observation of a figure."""
        key = (name, placement, policy)
        if key not in self._means:
            self._means[key] = _new_means()
        for mean in self._means[key]:
            mean.update(value)

    def metrics(self) -> list[Metric]:
        """Return every figure, in order of name, placement and policy."""
        return [
            Metric(*key, window, value, int(total.n))
            for key, (recent, total) in sorted(self._means.items())
            for window, value in (
                ("recent", _unbiased(recent, total.n)),
                ("total", float(total.get())),
            )
        ]

    def drop(self, placement: str) -> None:
        """Forget the figures of a placement."""
        for key in [key for key in self._means if key[1] == placement]:
            del self._means[key]

    def drop_policy(self, policy: str) -> None:
        """Forget the figures of a policy."""
        for key in [key for key in self._means if key[2] == policy]:
            del self._means[key]

    def state(self) -> dict[str, Any]:
        """Return all means as plain values."""
        return {"means": to_plain(self._means)}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._means = from_plain(state["means"])


def _new_means() -> tuple[Any, Any]:
    """Return the means of a new figure: recent and in total."""
    recent = stats.EWMean(FADING)
    recent.update(0.0)  # see `_unbiased`
    return recent, stats.Mean()


def _unbiased(recent: Any, count: float) -> float:
    r"""Return the exponentially weighted mean of ``count`` observations.

    $$\frac{\sum_i (1-a)^{n-i} x_i}{\sum_i (1-a)^{n-i}}$$

    River's `EWMean` gives its first observation the weight of all that could have come before: 14 %
    after 1,000 observations. Ours began with a 0, so its value is the numerator times $a$; the
    denominator times $a$ is $1 - (1-a)^n$.
    """
    return float(recent.get()) / -math.expm1(count * math.log1p(-FADING))
