"""Prices as classes: half an octave of one currency each, so that few sales say much of a price."""

from __future__ import annotations

import math

CODES = 32
"""Currencies, of which the empty code is one; prices in further ones count as unknown."""
BANDS = 96
"""Classes of prices of one currency: from 2^-8 to 2^39, two for each doubling."""
UNKNOWN = 0
"""The class of items without a price."""
_LOWEST = 16


def band_of(price: float | None, code: int) -> int:
    """Return the class of a price in the currency with this number, `UNKNOWN` if there is none.

    >>> band_of(10.0, 0) == band_of(11.0, 0) != band_of(10.0, 1)
    True
    >>> band_of(None, 0), band_of(0.0, 0), band_of(-5.0, 0), band_of(9.0, -1)
    (0, 0, 0, 0)
    """
    if price is None or not price > 0.0 or code < 0:
        return UNKNOWN
    octave = math.floor(2.0 * math.log2(min(price, 1e300)))
    return 1 + BANDS * code + min(max(octave + _LOWEST, 0), BANDS - 1)


def code_of_band(band: int) -> int:
    """Return the number of the currency of a class.

    >>> code_of_band(band_of(10.0, 3))
    3
    """
    return (band - 1) // BANDS
