"""A policy's value as a mean over rows, so that intervals and differences need the rows only."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.inference.checks import Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated value of a policy, and what each row adds to it.

    ``rows`` has one number for each row (an answer, or a list): its mean is the value, and its
    variance by the number of rows is the variance of the value. For a ratio of sums, such as
    SNIPS, these are the linearised rows: value + w (r - value) / mean(w).
    """

    value: float
    rows: Floats

    @classmethod
    def of(cls, rows: Floats) -> Estimate:
        """Return the estimate that is the mean of ``rows``."""
        return cls(float(rows.mean()), rows)
