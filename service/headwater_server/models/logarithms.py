"""Fast natural logarithms for kernels, which otherwise spend most of their time on them."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

# math.log, not numpy's: the last bit of numpy's depends on the vector unit of the machine
LOGS = np.array([0.0, *(math.log(n) for n in range(1, 1 << 14))])
"""Logarithms of whole numbers: `log_of` looks them up."""

_ROOT_HALF = np.int32(0x3F3504F3)  # the bits of sqrt(1/2)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_P = tuple(
    np.float32(p)
    for p in (
        7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
        -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    )
)  # fmt: skip
_P0, _P1, _P2, _P3, _P4, _P5, _P6, _P7, _P8 = _P


@njit(cache=True, _nrt=False)
def ln(x):
    """Return log(x), float32, of a normal x > 0 to two units in the last place.

    Cephes' logf (S. Moshier, 1989) without its special cases. It consists of sums and products
    only, so the compiler inlines it into the loop: a third of the time of a call, and the same
    bits on every machine.

    >>> abs(float(ln(10.0)) - 2.302585) < 1e-6
    True
    """
    bits = np.float32(x).view(np.int32)
    whole = (bits - _ROOT_HALF) >> np.int32(
        23
    )  # no branch: it would be mispredicted half of the time
    exponent = np.float32(whole)
    m = np.int32(bits - (whole << np.int32(23))).view(np.float32) - np.float32(1.0)
    z = m * m
    y = _P0 * m + _P1
    y = y * m + _P2
    y = y * m + _P3
    y = y * m + _P4
    y = y * m + _P5
    y = y * m + _P6
    y = y * m + _P7
    y = y * m + _P8
    y = y * m * z + _LN2_LOW * exponent - np.float32(0.5) * z
    return m + y + _LN2_HIGH * exponent


@njit(cache=True)
def log_of(count, logs):
    """Return log(count) for a whole number from 1; ``logs`` is `LOGS`.

    >>> round(log_of(8, LOGS), 4), round(log_of(1 << 20, LOGS), 4)
    (2.0794, 13.8629)
    """
    n = np.int64(count)
    return logs[n] if n < len(logs) else np.log(float(n))
