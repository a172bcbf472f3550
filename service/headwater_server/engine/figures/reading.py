"""What can be read of figures: of some days, and which days and names there are."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from headwater_server.engine.figures.asking import (
    Found,
    KeptDays,
    Key,
    Question,
    answering,
    kept_days,
    known_names,
)
from headwater_server.engine.figures.figures import Figures


class FiguresReading:
    """Reads only: the state stays as it was."""

    def __init__(self, figures: Figures, now_ms: int) -> None:
        """Read ``figures`` of a state whose clock is at ``now_ms``."""
        self._figures = figures
        self._now_ms = now_ms

    def asked(
        self, question: Question, most: float = math.inf, keys: Collection[Key] | None = None
    ) -> Iterator[Found]:
        """Yield what came of lists on the days of a question, in short steps: see `answering`."""
        return answering(self._figures, question, most, keys)

    def names(self) -> Iterator[tuple[set[str], set[str]]]:
        """Yield placements and policies of each day that has figures, in short steps."""
        return known_names(self._figures)

    def days(self) -> KeptDays:
        """Return which days have figures, and which day is the state's."""
        return kept_days(self._figures, self._now_ms)
