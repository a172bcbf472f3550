"""Arguments as arrays of floats; a ValueError names the argument that is wrong."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def column(name: str, given: ArrayLike, rows: int | None = None) -> Floats:
    """Return one finite number a row: ``rows`` of them if given, at least one otherwise.

    >>> column("rewards", [0, 1]).tolist()
    [0.0, 1.0]
    >>> column("rewards", [1.0, float("nan")])
    Traceback (most recent call last):
    ValueError: rewards has a value that is not finite, at row 1
    """
    return _checked(name, given, 1, None if rows is None else (rows,))


def table(name: str, given: ArrayLike, shape: tuple[int, ...] | None = None) -> Floats:
    """Return finite numbers in rows and columns, of this ``shape`` if given.

    >>> table("rewards", [[0, 1]], (2, 1))
    Traceback (most recent call last):
    ValueError: rewards has the shape (1, 2), not (2, 1)
    """
    return _checked(name, given, 2, shape)


def labels(name: str, given: ArrayLike, rows: int) -> NDArray[np.int64]:
    """Return a number from 0 for each different value of ``given``, such as a visitor id.

    >>> labels("visitors", ["eve", "bob", "eve"], 3).tolist()
    [1, 0, 1]
    """
    array = np.asarray(given)
    if array.shape != (rows,):
        raise ValueError(f"{name} has the shape {array.shape}, not ({rows},)")
    return np.asarray(np.unique(array, return_inverse=True)[1], dtype=np.int64)


def at_least(name: str, array: Floats, low: float) -> None:
    """Raise a ValueError if a value is below ``low``."""
    if (array < low).any():
        raise ValueError(f"{name} has a value below {low:g}: {array.min():g}")


def within(name: str, array: Floats, low: float, high: float) -> None:
    """Raise a ValueError if a value is below ``low`` or above ``high``."""
    at_least(name, array, low)
    if (array > high).any():
        raise ValueError(f"{name} has a value above {high:g}: {array.max():g}")


def number(
    name: str,
    given: float,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    open_ends: bool = False,
) -> float:
    """Return a finite number within bounds; with ``open_ends`` the bounds themselves are refused.

    >>> number("level", 1.0, 0.0, 1.0, open_ends=True)
    Traceback (most recent call last):
    ValueError: level is 1, and must be between 0 and 1
    """
    value = float(given)
    inside = low < value < high if open_ends else low <= value <= high
    if not (math.isfinite(value) and inside):
        raise ValueError(
            f"{name} is {value:g}, and must be {_range(low, high, open_ends=open_ends)}"
        )
    return value


def confidence(level: float) -> float:
    """Return alpha, the error allowed by an interval of this ``level``.

    >>> round(confidence(0.95), 12)
    0.05
    """
    return 1.0 - number("level", level, 0.0, 1.0, open_ends=True)


def _range(low: float, high: float, *, open_ends: bool) -> str:
    if math.isfinite(high):
        return f"between {low:g} and {high:g}" if open_ends else f"from {low:g} to {high:g}"
    if not math.isfinite(low):
        return "finite"
    return f"{'above' if open_ends else 'at least'} {low:g}"


def _checked(name: str, given: Any, dimensions: int, shape: tuple[int, ...] | None) -> Floats:
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"{name} has a value that is not a number") from problem
    if array.ndim != dimensions or array.size == 0:
        kind = "one number a row" if dimensions == 1 else "rows and columns of numbers"
        raise ValueError(f"{name} has the shape {array.shape}; it needs {kind}, and at least one")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, not {shape}")
    if not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0][0])
        raise ValueError(f"{name} has a value that is not finite, at row {row}")
    return array
