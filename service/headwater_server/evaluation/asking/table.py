"""The chances of one policy for what was shown, answer by answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater_server.inference.checks import Floats

if TYPE_CHECKING:
    from headwater_server.engine.policies.chances import Chances

Single = NDArray[np.float32]


LEAST = 1e-9
"""Of an exact chance: below it, the replay is not what answered, and no weight is right."""


class ChanceTable:
    """Rows are answers, columns slots; a row that was not asked stays out of the comparison.

    ``slot``: the chance of a slot's item given the slots before. ``listed``: of the item anywhere
    in the list; of what was shown it is at least ``least``, by the policy that showed it: if it is
    a share of lists that were drawn, the list that was shown is itself a draw. ``predicted`` and
    ``expected``: the model's chance of an act on the slot's item, and its mean over what the policy
    would show there; without ``predicts`` they have no columns.
    """

    def __init__(self, answers: int, slots: int, *, predicts: bool = True) -> None:
        self.is_asked = np.zeros(answers, dtype=bool)
        self.slot = np.ones((answers, slots), dtype=np.float32)
        self.listed = np.zeros((answers, slots), dtype=np.float32)
        self.predicts = predicts
        self.predicted = np.zeros((answers, slots if predicts else 0), dtype=np.float32)
        self.expected = np.zeros_like(self.predicted)
        self.least = np.full(answers, LEAST)

    def put(self, row: int, chances: Chances) -> None:
        """Set one answer's chances."""
        count = len(chances.slots)
        self.is_asked[row] = True
        self.slot[row, :count] = chances.slots
        self.listed[row, :count] = chances.in_list
        if chances.estimated:
            self.least[row] = 1.0 / (chances.lists_drawn + 1.0)
        if chances.predicted is None or chances.predicted_target is None:
            return
        self.predicted[row, :count] = chances.predicted
        self.expected[row, :count] = chances.predicted_target

    def floats(self, name: str) -> Floats:
        """Return a part of the table in double precision."""
        return np.asarray(getattr(self, name), dtype=np.float64)
