"""How likely a policy is to show what was shown, beside the policy that showed it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headwater_server.evaluation.comparing.shown import Bools, width
from headwater_server.inference.checks import Floats


@dataclass(frozen=True)
class Chances:
    """A policy's chances and the champion's, of the items that were shown: lists x slots.

    ``slot`` and ``slot_logged`` are those of a slot's item given the slots before it, 1 where a
    list has no slot. ``listed`` and ``listed_logged`` are those of the item anywhere in the list,
    0 and 1 where there is none. ``predicted`` is the model's reward of what was shown and
    ``predicted_target`` its mean under the policy; None if no model predicts.
    """

    slot: Floats
    slot_logged: Floats
    listed: Floats
    listed_logged: Floats
    predicted: Floats | None = None
    predicted_target: Floats | None = None

    @classmethod
    def of_items(cls, chances: Floats, propensities: Floats) -> Chances:
        """Return the chances of answers with one item each."""
        wanted, logged = chances[:, None], propensities[:, None]
        return cls(wanted, logged, wanted, logged)

    def part(self, chosen: Bools | slice, filled: Bools) -> Chances:
        """Return those of some answers; ``filled`` says which slots these have."""
        slots = width(filled)

        def cut(array: Floats) -> Floats:
            return np.asarray(array[chosen][:, :slots])

        predicted = None if self.predicted is None else cut(self.predicted)
        wanted = None if self.predicted_target is None else cut(self.predicted_target)
        return Chances(
            cut(self.slot),
            cut(self.slot_logged),
            cut(self.listed),
            cut(self.listed_logged),
            predicted,
            wanted,
        )

    def first_slot(self) -> Chances:
        """Return those of the first slot, as answers of one item."""
        first = Chances.of_items(self.slot[:, 0], self.slot_logged[:, 0])
        if self.predicted is None or self.predicted_target is None:
            return first
        return replace(
            first,
            predicted=self.predicted[:, :1],
            predicted_target=self.predicted_target[:, :1],
        )
