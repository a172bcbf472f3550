"""Arrays that are held: kernels read and write them, and count no references to them."""

from __future__ import annotations

import gc
import sys
from typing import NamedTuple

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from headwater_server.models import held as module

# compiled here, and not kept: what other processes read must not name a type of the tests
hold = njit(module.hold.py_func)


class Some(NamedTuple):
    """Arrays alone and in tuples, beside a number."""

    alone: NDArray[np.float64]
    number: int
    pair: tuple[NDArray[np.float64], tuple[NDArray[np.int32], float]]


@njit
def _move(held, by):
    held.alone[0] += by
    first, (second, factor) = held.pair
    first[1] = held.number * factor
    second[:] = 7
    for _ in range(100):  # views and copies of the tuple, which would count references
        _, (other, _) = held.pair
        part = other[1:]
        first[0] += part.sum()
    return held.alone[0]


@njit
def _wrong(held):
    return held.nothing


@pytest.fixture
def some():
    return Some(np.zeros(3), 4, (np.zeros(2), (np.zeros(3, dtype=np.int32), 0.5)))


def test_a_kernel_reads_and_writes_what_is_held(some):
    held = hold(some)
    assert _move(held, 2.0) == 2.0
    assert _move(held, 3.0) == 5.0
    assert some.alone.tolist() == [5.0, 0.0, 0.0]
    assert some.pair[0].tolist() == [2 * 100 * 14.0, 2.0]
    assert some.pair[1][0].tolist() == [7, 7, 7]


def test_arrays_live_as_long_as_what_holds_them(some):
    array, before = some.alone, sys.getrefcount(some.alone)
    held = hold(some)
    assert sys.getrefcount(array) == before + 1
    for _ in range(50):
        _move(held, 1.0)
    assert sys.getrefcount(array) == before + 1
    del held
    gc.collect()
    assert sys.getrefcount(array) == before


def test_an_array_that_nobody_else_has_is_kept():
    held = hold(Some(np.ones(3), 1, (np.zeros(2), (np.zeros(3, dtype=np.int32), 1.0))))
    gc.collect()
    others = [np.full(3, 9.0) for _ in range(100)]  # they would take its memory
    assert _move(held, 1.0) == 2.0
    assert all(one.tolist() == [9.0] * 3 for one in others)


def test_a_field_that_is_not_there_is_an_error_of_the_compiler(some):
    with pytest.raises(Exception, match="nothing"):
        _wrong(hold(some))
