"""Pseudo-random numbers that are functions of a seed and a counter: SplitMix64.

Models draw only from here, so that the same entries always give the same draws.
Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31 = np.uint64(30), np.uint64(27), np.uint64(31)
_SHIFT_11 = np.uint64(11)


@njit(cache=True, _nrt=False)
def mix(seed, counter):
    """Return 64 well-mixed bits for (seed, counter)."""
    z = np.uint64(seed) + _GAMMA * (np.uint64(counter) + np.uint64(1))
    z = (z ^ (z >> _SHIFT_30)) * _MIX_1
    z = (z ^ (z >> _SHIFT_27)) * _MIX_2
    return z ^ (z >> _SHIFT_31)


@njit(cache=True, _nrt=False)
def uniform(seed, counter):
    """Return a number in [0, 1) for (seed, counter).

    >>> 0.0 <= uniform(7, 0) < 1.0 and uniform(7, 0) == uniform(7, 0) != uniform(7, 1)
    True
    """
    # 53 bits are all that a float64 holds exactly, so 1.0 is never returned
    return np.float64(mix(seed, counter) >> _SHIFT_11) * (1.0 / 9007199254740992.0)


@njit(cache=True)
def normal(seed, counter):
    """Return a standard normal number for (seed, counter), from two uniform ones (Box and Muller).

    >>> normal(7, 0) == normal(7, 0) != normal(7, 1)
    True
    """
    # 1 - u is above 0, so the logarithm is finite
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform(seed, 2 * counter)))
    return radius * np.cos(2.0 * np.pi * uniform(seed, 2 * counter + 1))
