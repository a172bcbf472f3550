"""What earlier looks at an experiment saw: the arms' sums then, thinned so that they stay few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from headwater_server.engine.experiments.counts.columns import WIDTH

LOOKS_MAX = 64


class Looks:
    """At most `LOOKS_MAX`; when there are as many, every second one goes, as will later ones.

    >>> looks = Looks(arms=1)
    >>> for time_ms in range(100):
    ...     looks.note(time_ms, [[float(time_ms)] * WIDTH])
    >>> len(looks), [time_ms for time_ms, _ in looks][:3]
    (50, [1, 3, 5])
    """

    def __init__(self, arms: int) -> None:
        self._arms = arms
        self._times: list[int] = []
        self._rows: list[list[list[float]]] = []
        self._every, self._seen = 1, 0

    def __len__(self) -> int:
        return len(self._times)

    def __iter__(self) -> Iterator[tuple[int, list[list[float]]]]:
        return iter(zip(self._times, self._rows, strict=True))

    def note(self, time_ms: int, rows: Sequence[Sequence[float]]) -> None:
        """Keep the sums of all arms, as they are now."""
        self._seen += 1
        if self._seen % self._every:
            return
        self._times.append(time_ms)
        self._rows.append([list(row) for row in rows])
        if len(self._times) >= LOOKS_MAX:
            self._times, self._rows = self._times[1::2], self._rows[1::2]
            self._every *= 2

    def state(self) -> dict[str, Any]:
        """Return the times and the sums."""
        rows = np.array(self._rows, np.float64).reshape(len(self._rows), self._arms, WIDTH)
        return {
            "times_ms": np.array(self._times, np.int64),
            "rows": rows,
            "every": self._every,
            "seen": self._seen,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._times, self._rows = state["times_ms"].tolist(), state["rows"].tolist()
        self._every, self._seen = state["every"], state["seen"]
