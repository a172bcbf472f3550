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
FOUND = "row", "events_learned", "clock_ms", "loss", "choices"
"""Fields that say what was found out of an act that was ranked."""
_BEFORE = 8  # fields that are known before the two counts of circumstances
_BARRED = _BEFORE + 2
_UNKNOWN = (0.0, -1, -1, False, 0)
NOT_ASKED = -2
_BARE = np.array([(*(0,) * _BEFORE, 0, 0, NOT_ASKED, 0, 0, *_UNKNOWN)], dtype=ACT)
OWN_ONLY = 1e-9
"""The weight of an act that only its visitor's own lists follow."""


class Acts:
    """A run of acts, in order: ``table`` of `ACT`, and the rows of their circumstances.

    ``count`` of them wait. Before some of them their visitors ask for a list: ``questions`` finds
    the rank of the item on it, by place, where the kernel cannot.
    """

    def __init__(self) -> None:
        self.circumstances = np.zeros((RUN_MAX, 2, TOKENS_MAX), dtype=np.int32)
        self.count = 0
        self.questions: dict[int, Callable[[], int]] = {}
        self._table = np.zeros(RUN_MAX, dtype=ACT)
        self._known: list[tuple[Any, ...]] = []  # those that are not in the table yet
        self._rows: set[int] = set()

    def add(
        self, known: tuple[Any, ...], asked: NDArray[np.int32], named: NDArray[np.int32]
    ) -> None:
        """Add an act with its rows of circumstances; ``known`` are the fields before and after."""
        place, n, m = self.count, len(asked), len(named)
        self.count += 1
        self._known.append((*known[:_BEFORE], n, m, NOT_ASKED, *known[_BEFORE:], *_UNKNOWN))
        if n:
            self.circumstances[place, 0, :n] = asked
        if m:
            self.circumstances[place, 1, :m] = named
        self._rows.update(known[:2])

    def ask(self, question: Callable[[], int], barred: int) -> None:
        """Ask before the last act; ``barred`` is the item that the question excludes, -1 if none.

        The kernel of learning finds the answer, and most often needs no ``question``.
        """
        known = self._known[-1]
        self._known[-1] = (*known[:_BARRED], barred, *known[_BARRED + 1 :])
        self.questions[self.count - 1] = question

    def table(self) -> NDArray[Any]:
        """Return the acts as kernels take them, `ACT`; they change with the next run."""
        if self._known:
            self._table[self.count - len(self._known) : self.count] = np.array(self._known, ACT)
            self._known.clear()
        return self._table[: self.count]

    def adding(self) -> NDArray[Any]:
        """Return the places of further acts, which name no circumstances, with what is unknown."""
        self.table()
        places = self._table[self.count :]
        places[:] = _BARE
        return places

    def added(self, count: int) -> None:
        """Let so many acts wait that were written into `adding`."""
        written = self._table[self.count : self.count + count]
        self._rows.update(written["visitor"].tolist())
        self.count += count

    def has_any(self, rows: tuple[int, int]) -> bool:
        """Whether one of the profiles' rows has an act in the run."""
        return any(row >= 0 and row in self._rows for row in rows)

    def clear(self) -> None:
        """Begin the next run."""
        self.count = 0
        self._known.clear()
        self.questions.clear()
        self._rows.clear()
