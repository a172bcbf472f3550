"""Bonferroni: several comparisons that must all be true together."""

from __future__ import annotations

from headwater_server.inference.checks import confidence, number


def bonferroni_level(level: float, comparisons: int) -> float:
    r"""Return the level of each interval, so that all of them hold with the probability ``level``.

    .. math:: 1 - \alpha / m

    Parameters
    ----------
    comparisons
        m: treatments compared with control on the primary metric, at least 1.

    Assumptions: none; so it is somewhat too careful, since comparisons share the control.

    Examples
    --------
    >>> round(bonferroni_level(0.95, 3), 4)
    0.9833

    Source: O. Dunn, "Multiple comparisons among means", JASA 56, 1961.
    """
    return 1.0 - confidence(level) / number("comparisons", comparisons, 1)
