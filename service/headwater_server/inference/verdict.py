"""The verdict on a policy, in one of four words."""

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


def verdict(difference: Interval, overlap: Overlap | None = None) -> Verdict:
    """Return what the interval of policy minus champion says, if there is overlap at all.

    Parameters
    ----------
    difference
        The interval of the policy's value minus the champion's; above 0 is better.
    overlap
        Of the policy's weights; None for an experiment, which needs none.

    Without enough overlap no interval is looked at: it would be wrong about its own width. Then
    only an experiment can answer, and `visitors_needed` says how large a one.

    Examples
    --------
    >>> str(verdict(Interval(0.1, 0.2, 0.95)))
    'better'
    >>> str(verdict(Interval(-0.1, 0.2, 0.95)))
    'no difference seen'
    >>> str(verdict(Interval(0.1, 0.2, 0.95), Overlap.of_rows([1.0] * 50, [1.0] * 50)))
    'not enough overlap'
    """
    if overlap is not None and not overlap.is_enough:
        return Verdict.NOT_ENOUGH_OVERLAP
    if difference.low > 0.0:
        return Verdict.BETTER
    if difference.high < 0.0:
        return Verdict.WORSE
    return Verdict.NO_DIFFERENCE_SEEN
