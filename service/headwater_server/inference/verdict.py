"""The verdict on a policy, in one of five words."""

from __future__ import annotations

from enum import StrEnum

from headwater_server.inference.interval import Interval
from headwater_server.inference.off_policy.overlap import Overlap


class Verdict(StrEnum):
    """What can be said about a policy beside another."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE_SEEN = "no difference seen"
    NOT_ENOUGH_OVERLAP = "not enough overlap"
    TOO_LITTLE_DATA = "too little data"


def verdict(difference: Interval, overlap: Overlap | None = None) -> Verdict:
    """Return what the interval of policy minus champion says, if there is overlap at all.

    Parameters
    ----------
    difference
        The interval of the policy's value minus the champion's; above 0 is better.
    overlap
        Of the policy's weights; None for an experiment, which needs none.

    Without enough overlap, or with too little data, no interval is looked at: it would be wrong
    about its own width. In the first case only an experiment can answer, and `visitors_needed`
    says how large a one; in the second one more of the same answers, too.

    Examples
    --------
    >>> str(verdict(Interval(0.1, 0.2, 0.95)))
    'better'
    >>> str(verdict(Interval(-0.1, 0.2, 0.95)))
    'no difference seen'
    >>> str(verdict(Interval(0.1, 0.2, 0.95), Overlap.of_rows([1.0] * 50, [1.0] * 50)))
    'too little data'
    >>> str(verdict(Interval(0.1, 0.2, 0.95), Overlap.of_rows([9.0, *[0.0] * 49], [1.0] * 50)))
    'not enough overlap'
    """
    if overlap is not None and not overlap.is_enough:
        return refusal(overlap)
    if difference.low > 0.0:
        return Verdict.BETTER
    if difference.high < 0.0:
        return Verdict.WORSE
    return Verdict.NO_DIFFERENCE_SEEN


def refusal(overlap: Overlap) -> Verdict:
    """Return why nothing can be said: what was shown is of another policy, or is too little.

    An effective sample size of few rows is too high rather than too low, so a low share is one of
    many rows, too.
    """
    return Verdict.TOO_LITTLE_DATA if overlap.is_near else Verdict.NOT_ENOUGH_OVERLAP
