"""Acts of visitors on items that wait to be learned, as kernels take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.covisitation.circumstances import TOKENS_MAX

RUN_MAX = 50
"""Acts that are learned in one step: some milliseconds. A server lets them pause earlier."""

ACT = np.dtype(
    [
        # who, when and what: rows of the visitor, of the account, and of the one who acts
        ("visitor", np.int64),
        ("account", np.int64),
        ("row", np.int64),
        ("session", np.int64),
        ("time_ms", np.int64),
        ("seconds", np.float64),
        ("item", np.int32),
        ("weight", np.float64),  # 1 for a whole act, 0 for none that teaches
        ("asked", np.uint8),  # circumstances by which it is predicted, and under which it counts
        ("named", np.uint8),
        # the item that the question before it bars, -1 for none; `NOT_ASKED`: nobody asks
        ("barred", np.int32),
        # what the engine says at that time, for an alarm
        ("events_learned", np.int64),
        ("clock_ms", np.int64),
        # what learning finds out: the cross-entropy of a choice among so many, -1 if none was
        # ranked; 1 for a hit, 0 for none, -1 if it was not measured
        ("loss", np.float64),
        ("choices", np.int32),
        ("hit", np.int8),
        ("is_counted", np.bool_),
        # of its item on the list that answers the question before it, 0 if it is not there
        ("rank", np.int8),
    ],
    align=True,
)
FOUND = (
    "row",
    "item",
    "weight",
    "events_learned",
    "clock_ms",
    "loss",
    "choices",
    "hit",
    "is_counted",
)
"""Fields that say what was found out of an act."""
_BEFORE = 8  # fields that are known before the two counts of circumstances
_BARRED = _BEFORE + 2
_UNKNOWN = (0.0, -1, -1, False, 0)
NOT_ASKED = -2


class Acts:
    """A run of acts, in order: ``table`` of `ACT`, and the rows of their circumstances.

    ``count`` of them wait; ``turns``: how often another visitor acts than the one before. Before
    some of them their visitors ask for a list: ``questions`` finds the rank of the item on it, by
    place, where the kernel cannot.
    """

    def __init__(self) -> None:
        self.circumstances = np.zeros((RUN_MAX, 2, TOKENS_MAX), dtype=np.int32)
        self.count = self.turns = 0
        self.questions: dict[int, Callable[[], int]] = {}
        self._last_row = -1
        self._known: list[tuple[Any, ...]] = []
        self._rows: set[int] = set()

    def add(
        self, known: tuple[Any, ...], asked: NDArray[np.int32], named: NDArray[np.int32]
    ) -> None:
        """Add an act with its rows of circumstances; ``known`` are the fields before and after."""
        place, n, m = self.count, len(asked), len(named)
        self.count += 1
        self._known.append((*known[:_BEFORE], n, m, NOT_ASKED, *known[_BEFORE:], *_UNKNOWN))
        visitor, account, row = known[:3]
        if n:
            self.circumstances[place, 0, :n] = asked
        if m:
            self.circumstances[place, 1, :m] = named
        self._rows.add(visitor)
        self._rows.add(account)
        self.turns += row != self._last_row
        self._last_row = row

    def ask(self, question: Callable[[], int], barred: int) -> None:
        """Ask before the last act; ``barred`` is the item that the question excludes, -1 if none.

        The kernel of learning finds the answer, and most often needs no ``question``.
        """
        place = self.count - 1
        known = self._known[place]
        self._known[place] = (*known[:_BARRED], barred, *known[_BARRED + 1 :])
        self.questions[place] = question

    def table(self) -> NDArray[Any]:
        """Return the acts as kernels take them, `ACT`."""
        return np.array(self._known, dtype=ACT)

    def has_any(self, rows: tuple[int, int]) -> bool:
        """Whether one of the profiles' rows has an act in the run."""
        return any(row >= 0 and row in self._rows for row in rows)

    def clear(self) -> None:
        """Begin the next run."""
        self.count, self.turns, self._last_row = 0, 0, -1
        self._known.clear()
        self.questions.clear()
        self._rows.clear()
