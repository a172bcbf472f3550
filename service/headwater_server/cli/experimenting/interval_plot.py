"""Intervals as lines of text, all on one axis, with a mark at zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence

WIDTH = 40
Row = tuple[float | None, float | None, float | None]
"""Low, middle and high; None: nothing is known there."""


def interval_plot(rows: Sequence[Row], width: int = WIDTH) -> list[str]:
    """Return a line for each row, of equal lengths; an open end is an arrow.

    >>> for line in interval_plot([(-0.5, 0.25, 1.0), (None, None, None), (0.25, 0.5, None)], 16):
    ...     print(line)
    [----:--o------]
         :
         :  [-o---->
    """
    ends = [0.0, *(end for row in rows for end in row if end is not None)]
    low, high = min(ends), max(ends)
    if low == high:
        return ["" for _ in rows]
    last = width - 1

    def place(value: float) -> int:
        return round((value - low) / (high - low) * last)

    return [_line(row, place, last).rstrip() for row in rows]


def _line(row: Row, place: Callable[[float], int], last: int) -> str:
    line = [" "] * (last + 1)
    low, middle, high = (None if end is None else place(end) for end in row)
    if middle is not None:
        start, end = low if low is not None else 0, high if high is not None else last
        line[start : end + 1] = "-" * (end + 1 - start)
        line[start] = "[" if low is not None else "<"
        line[end] = "]" if high is not None else ">"
    zero = place(0.0)
    if line[zero] in " -":
        line[zero] = ":"
    if middle is not None:
        line[middle] = "o"
    return "".join(line)
