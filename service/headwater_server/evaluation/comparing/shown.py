"""What was shown and what it earned, as arrays: lists x slots."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from headwater_server.inference.checks import Floats

Bools = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Shown:
    """The answers that visitors saw, in the order of the log.

    ``rewards`` and ``is_filled`` are lists x slots; a slot that a shorter list lacks is not filled
    and earned nothing. ``visitors`` and ``groups`` have one number for each list; ``group_names``
    are the placements (or campaigns) that the groups are. ``is_lists`` is False if each answer is
    one item.

    Examples
    --------
    >>> one = Shown.of_items([1.0, 0.0], ["eve", "bob"], ["home", "home"])
    >>> one.lists, one.is_lists, one.group_names
    (2, False, ('home',))
    """

    rewards: Floats
    is_filled: Bools
    visitors: Numbers
    groups: Numbers
    group_names: tuple[str, ...]

    @classmethod
    def of_items(cls, rewards: object, visitors: object, groups: object) -> Shown:
        """Return answers of one item each."""
        earned = np.asarray(rewards, dtype=np.float64)[:, None]
        return cls.of_lists(earned, np.ones(earned.shape, dtype=bool), visitors, groups)

    @classmethod
    def of_lists(cls, rewards: Floats, filled: Bools, visitors: object, groups: object) -> Shown:
        """Return lists, with visitors and groups by their names."""
        names, numbers = np.unique(np.asarray(groups, dtype=object), return_inverse=True)
        who = np.unique(np.asarray(visitors, dtype=object), return_inverse=True)[1]
        return cls(
            rewards,
            filled,
            np.asarray(who, dtype=np.int64),
            np.asarray(numbers, dtype=np.int64),
            tuple(str(name) for name in names),
        )

    @property
    def lists(self) -> int:
        """Return how many answers there are."""
        return len(self.rewards)

    @property
    def is_lists(self) -> bool:
        """Return whether an answer has more than one slot."""
        return int(self.rewards.shape[1]) > 1

    @property
    def earned(self) -> Floats:
        """Return what each answer earned."""
        return np.asarray(self.rewards.sum(axis=1))

    def part(self, chosen: Bools | slice) -> Shown:
        """Return some of the answers, without slots that none of them has."""
        filled = self.is_filled[chosen]
        slots = width(filled)
        return replace(
            self,
            rewards=self.rewards[chosen][:, :slots],
            is_filled=filled[:, :slots],
            visitors=self.visitors[chosen],
            groups=self.groups[chosen],
        )

    def first_slot(self) -> Shown:
        """Return the first slot of each answer."""
        return replace(self, rewards=self.rewards[:, :1], is_filled=self.is_filled[:, :1])


def width(filled: Bools) -> int:
    """Return how many slots the longest list has, at least 1."""
    used = np.flatnonzero(filled.any(axis=0))
    return int(used[-1]) + 1 if len(used) else 1
