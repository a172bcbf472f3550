"""The groups of an arm's visitors, over which the sums of a day are kept."""

from __future__ import annotations

from numba import njit

from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

GROUP_BITS = 6
GROUPS = 1 << GROUP_BITS
"""Groups of an arm's visitors: intervals are 4 % wider than with each visitor alone."""
_FACTOR = 2_654_435_769  # 2**32 over the golden ratio


@njit(cache=True, nogil=True)
def group_of(row):  # type: ignore[no-untyped-def]
    """Return the group of a visitor's row, for good.

    An account takes the row after its visitor's, so the remainder of the row would leave half of
    the groups empty: the row is multiplied, and the highest of 32 bits are taken (D. Knuth, "The
    Art of Computer Programming", volume 3, section 6.4).

    >>> len({group_of(row) for row in range(0, 200, 2)})
    64
    """
    return ((row * _FACTOR) >> (32 - GROUP_BITS)) & (GROUPS - 1)
