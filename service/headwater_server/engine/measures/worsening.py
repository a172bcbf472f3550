"""Has a figure become worse? One detector that looks in this direction only."""

from __future__ import annotations

from typing import Any

from river import stats

from headwater_server.models.river.plain_values import from_plain, to_plain
from headwater_server.models.river_parts import PageHinkley

VALUES = 32
"""Values of which one mean is tested; who feeds them may be asked for no alarm in between."""
MEANS_MIN = 8
"""Means before the first alarm: until then there is nothing to compare with."""
TOLERATED = 0.05
"""How much larger a mean may be: Page and Hinkley's delta."""
THRESHOLD = 0.35
"""Sum of what is larger beyond that: Page and Hinkley's lambda."""


class Worsening:
    """River's `PageHinkley` in the mode "up", on means of 32 values of 0 to 1; larger is worse.

    It adds up by how much each mean is larger than all since the last alarm, less `TOLERATED`, and
    begins again at each minimum of the sum. So a better time neither raises an alarm nor shortens
    what a worse one is compared with, as it does in ADWIN's window.

    References
    ----------
    E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954.

    Examples
    --------
    >>> figure = Worsening()
    >>> values = [0.6] * 640 + [0.3] * 640 + [0.8] * 64
    >>> [(round(x, 2), round(y, 2)) for x, y in filter(None, map(figure.add, values))]
    [(0.46, 0.8)]
    """

    def __init__(self) -> None:
        self._sum, self._waiting = 0.0, 0
        self._begin()

    def _begin(self) -> None:
        make: Any = PageHinkley  # River's detectors are not typed
        self._detector = make(
            min_instances=MEANS_MIN, delta=TOLERATED, threshold=THRESHOLD, alpha=1.0, mode="up"
        )
        self._before: Any = stats.Mean()

    def add(self, value: float) -> tuple[float, float] | None:
        """Add a value; test at each `VALUES`-th one.

        Return (mean before, mean of the latest `VALUES`) if the figure has become worse, and begin
        again.
        """
        self._sum += value
        self._waiting += 1
        if self._waiting < VALUES:
            return None
        mean = self._sum / VALUES
        self._sum, self._waiting = 0.0, 0
        before = float(self._before.get())
        self._detector.update(mean)
        self._before.update(mean)
        if not self._detector.drift_detected:
            return None
        self._begin()
        return before, mean

    def state(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "sum": self._sum,
            "waiting": self._waiting,
            "detector": to_plain(self._detector),
            "before": to_plain(self._before),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._sum, self._waiting = state["sum"], state["waiting"]
        self._detector = from_plain(state["detector"])
        self._before = from_plain(state["before"])
