"""Overlap: whether the rows say anything about a policy that did not show them."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, at_least, column, table
from headwater_server.inference.off_policy.weights import effective_sample_size

ROWS_MIN = 200.0
ACTS_MIN = 5.0
LARGEST_SHARE_MAX = 0.1
LISTS_SHARE_MIN = 0.3


@dataclass(frozen=True, slots=True)
class Overlap:
    """How far importance weights rest on few rows, and the gates before any figure is shown.

    Parameters
    ----------
    effective_rows
        Kish's effective sample size of the weights.
    effective_share
        The same by the number of weights: 1 if the target policy is the one that showed the rows.
    effective_acts
        The same of the rows that earned something: their weights times rewards.
    largest_share
        The largest weight by the sum of all.
    mean_weight
        1 on average if the propensities are right. A check of the log, not a gate: it warned in
        1 to 7 % of cases in which intervals covered 0.45 to 0.82.
    problems
        The gates that are missed, in words; empty if there is enough overlap.

    Examples
    --------
    >>> Overlap.of_rows([1.0] * 400, [1.0, 0.0] * 200).is_enough
    True
    >>> Overlap.of_rows([300.0] + [0.1] * 399, [1.0, 0.0] * 200).problems[0]
    'the rows are worth 1 row, at least 200 are needed'
    """

    effective_rows: float
    effective_share: float
    effective_acts: float
    largest_share: float
    mean_weight: float
    problems: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Return whether no gate is missed."""
        return not self.problems

    @property
    def is_near(self) -> bool:
        """Return whether what was shown speaks about the policy, so that more of it would do."""
        return self.effective_share >= LISTS_SHARE_MIN

    @classmethod
    def of_rows(cls, weights: ArrayLike, rewards: ArrayLike) -> Overlap:
        """Return the overlap of single items: one row each.

        Gates: effective rows >= 200, effective acts >= 5, no row above 10 % of the sum.
        """
        scale = column("weights", weights)
        at_least("weights", scale, 0.0)
        earned = column("rewards", rewards, len(scale))
        at_least("rewards", earned, 0.0)
        rows, acts = effective_sample_size(scale), effective_sample_size(scale * earned)
        largest = _largest_share(scale)
        missed = (
            (
                rows < ROWS_MIN,
                f"the rows are worth {_rows(rows)}, at least {ROWS_MIN:.0f} are needed",
            ),
            (acts < ACTS_MIN, f"the acts are worth {acts:.1f}, at least {ACTS_MIN:.0f} are needed"),
            (
                largest > LARGEST_SHARE_MAX,
                f"one row has {largest:.0%} of the weight, at most {LARGEST_SHARE_MAX:.0%} may be",
            ),
        )
        return cls._of(scale, rows, acts, tuple(text for is_missed, text in missed if is_missed))

    @classmethod
    def of_lists(cls, weights: ArrayLike, rewards: ArrayLike) -> Overlap:
        """Return the overlap of lists: ``weights`` of `in_list_weights`, lists x items.

        Gate: the effective sample size is at least 0.3 of the weights.
        """
        items = table("weights", weights)
        earned = table("rewards", rewards, items.shape).ravel()
        scale = items.ravel()
        at_least("weights", scale, 0.0)
        at_least("rewards", earned, 0.0)
        rows, acts = effective_sample_size(scale), effective_sample_size(scale * earned)
        share = rows / len(scale)
        least = f"at least {LISTS_SHARE_MIN:.0%} is needed"
        missed = f"the lists are worth {share:.0%} of their number, {least}"
        return cls._of(scale, rows, acts, (missed,) if share < LISTS_SHARE_MIN else ())

    @classmethod
    def _of(cls, weights: Floats, rows: float, acts: float, problems: tuple[str, ...]) -> Overlap:
        mean = float(weights.mean())
        return cls(rows, rows / len(weights), acts, _largest_share(weights), mean, problems)


def _largest_share(weights: Floats) -> float:
    total = float(weights.sum())
    return float(weights.max()) / total if total > 0.0 else 1.0


def _rows(count: float) -> str:
    rounded = round(count)
    return f"{rounded} row" if rounded == 1 else f"{rounded} rows"
