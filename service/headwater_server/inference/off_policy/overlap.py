"""Overlap: whether the rows say anything about a policy that did not show them."""

from __future__ import annotations

import math
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
    is_near
        Whether what was shown speaks about the policy, so that more of it would do: see `is_near`.
    problems
        The gates that are missed, in words; empty if there is enough overlap.

    Examples
    --------
    >>> Overlap.of_rows([1.0] * 400, [1.0, 0.0] * 200).is_enough
    True
    >>> Overlap.of_rows([300.0] + [0.1] * 399, [1.0, 0.0] * 200).problems[0]
    'the rows are worth 1, at least 200 are needed'
    """

    effective_rows: float
    effective_share: float
    effective_acts: float
    largest_share: float
    mean_weight: float
    is_near: bool
    problems: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Return whether no gate is missed."""
        return not self.problems

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
        most = round(100 * LARGEST_SHARE_MAX)
        over = max(round(100 * largest), most + 1)
        missed = (
            (
                rows < ROWS_MIN,
                f"the rows are worth {below(rows, ROWS_MIN)}, at least {ROWS_MIN:.0f} are needed",
            ),
            (
                acts < ACTS_MIN,
                f"the acts are worth {below(acts, ACTS_MIN)}, at least {ACTS_MIN:.0f} are needed",
            ),
            (
                largest > LARGEST_SHARE_MAX,
                f"one row has {over}% of the weight, at most {most}% may be",
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
        worth = below(100.0 * share, 100.0 * LISTS_SHARE_MIN)
        missed = f"the lists are worth {worth}% of their number, {least}"
        return cls._of(scale, rows, acts, (missed,) if share < LISTS_SHARE_MIN else ())

    @classmethod
    def _of(cls, weights: Floats, rows: float, acts: float, problems: tuple[str, ...]) -> Overlap:
        mean, share = float(weights.mean()), rows / len(weights)
        near = is_near(share, len(weights))
        return cls(rows, share, acts, _largest_share(weights), mean, near, problems)


def _largest_share(weights: Floats) -> float:
    total = float(weights.sum())
    return float(weights.max()) / total if total > 0.0 else 1.0


def is_near(share: float, count: int) -> bool:
    """Return whether rows or lists of this effective share speak about the policy.

    The share of few is not known well: the fewer, the lower the one that speaks against it.

    >>> is_near(0.29, 2_000), is_near(0.29, 100), is_near(0.01, 100)
    (False, True, False)
    """
    return share >= LISTS_SHARE_MIN * min(1.0, count / ROWS_MIN)


def below(value: float, limit: float) -> str:
    """Return a value that misses a limit, so that it is never shown as the limit.

    >>> below(29.7, 30.0), below(29.97, 30.0), below(4.96, 5.0), below(3.99, 200.0)
    ('29.7', '29.9', '4.9', '4')
    """
    digits = 0 if limit >= 100.0 else 1
    shown = round(value, digits)
    if shown >= limit:
        shown = math.floor(value * 10**digits) / 10**digits
    return f"{shown:,.0f}" if shown == int(shown) else f"{shown:,.1f}"
