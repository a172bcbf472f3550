"""The value of a policy that learns, and of two beside each other, at every row at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater_server.inference.checks import number
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.empirical_bernstein import RunningLow, two_sided


@dataclass(slots=True)
class PolicySequence:
    r"""The mean reward of a policy while another one shows, or both in turn.

    .. math:: \hat V_t = \frac1t \sum_{i \le t} w_i r_i, \qquad
        [\, L(w r),\; 1 - L(w (1 - r)) \,]

    with w the policy's chance of what was shown by the chance with which it was shown, and L the
    bound of `RunningLow`. The mean weight is 1, so the mean of w (1 - r) is 1 less the value.

    Assumptions: rewards from 0 to 1; true chances, above 0 wherever the policy's is. The policy may
    change with every row: the value is the mean of its values at those rows.

    It says little where the shown and the policy's own choice are rarely the same: the interval is
    wide then, and true.

    Examples
    --------
    >>> value = PolicySequence()
    >>> for reward in [1.0, 0.0, 0.0, 0.0] * 500:
    ...     value.add(1.0, reward)
    >>> found = value.interval()
    >>> value.value, round(found.low, 2), round(found.high, 2)
    (0.25, 0.22, 0.28)

    Source: as for `RunningLow`.
    """

    low: RunningLow = field(default_factory=RunningLow)
    high: RunningLow = field(default_factory=RunningLow)

    def add(self, weight: float, reward: float) -> None:
        """Add the next row. ValueError for a reward outside of 0 to 1, or a negative weight."""
        number("reward", reward, 0.0, 1.0)
        self.low.add(weight * reward)
        self.high.add(weight * (1.0 - reward))

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return self.low.rows

    @property
    def value(self) -> float:
        """Return the estimate, without bias; NaN before the first row."""
        return self.low.mean

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval, within 0 to 1."""
        alpha = two_sided(level)
        return Interval(max(0.0, self.low.end(alpha)), min(1.0, 1.0 - self.high.end(alpha)), level)


@dataclass(slots=True)
class DifferenceSequence:
    r"""The value of a policy less that of another one, on the same rows.

    .. math:: V - V' = E[w r + w' (1 - r)] - 1 = 1 - E[w' r + w (1 - r)]

    Both sums are of values of at least 0, so each end is a bound of `RunningLow`. It is narrower
    than the difference of two intervals.

    Assumptions: those of `PolicySequence`, for both policies. When its low end is above 0 at any
    row, the first policy is better with the probability 1 - (1 - level) / 2, however often one
    looked before.

    Examples
    --------
    >>> apart = DifferenceSequence()
    >>> for _ in range(1000):  # the first is shown half of the time, and is always rewarded
    ...     apart.add(2.0, 0.0, 1.0)
    ...     apart.add(0.0, 2.0, 0.0)
    >>> found = apart.interval()
    >>> apart.value, round(found.low, 2), found.high
    (1.0, 0.93, 1.0)

    Source: as for `RunningLow`; section 3.4 of Waudby-Smith et al. has the difference.
    """

    low: RunningLow = field(default_factory=RunningLow)
    high: RunningLow = field(default_factory=RunningLow)

    def add(self, weight: float, other: float, reward: float) -> None:
        """Add the next row: the weights of the policy and of the other one."""
        number("reward", reward, 0.0, 1.0)
        self.low.add(weight * reward + other * (1.0 - reward))
        self.high.add(other * reward + weight * (1.0 - reward))

    @property
    def value(self) -> float:
        """Return the estimate: half from each of the two sums; NaN before the first row."""
        return (self.low.mean - self.high.mean) / 2.0

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval, within -1 to 1."""
        alpha = two_sided(level)
        return Interval(
            max(-1.0, self.low.end(alpha) - 1.0), min(1.0, 1.0 - self.high.end(alpha)), level
        )
