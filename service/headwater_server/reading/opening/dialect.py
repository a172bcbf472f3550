"""How a text separates its cells: found from its first rows, the same for all."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

ROWS = 200
DELIMITERS = (",", "\t", ";", "|", "::")
_VALUE = re.compile(
    r"[+-]?\d[\d.,]*([eE][+-]?\d+)?%?|\d{1,4}[-/.]\d\d?[-/.]\d{1,4}([T ].*)?|true|false",
    re.IGNORECASE | re.ASCII,
)
NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", "::": "two colons"}


@dataclass(frozen=True)
class Dialect:
    """Delimiter, quote ("" = quotes are data), and the first rows that they give."""

    delimiter: str
    quote: str
    rows: tuple[tuple[str, ...], ...]
    has_header: bool

    @property
    def width(self) -> int:
        """The number of cells in the first row."""
        return len(self.rows[0]) if self.rows else 0


def dialect_of(head: str) -> Dialect:
    r"""Return the dialect of a text that begins so.

    >>> found = dialect_of("a;b\n1,5;2\n3;4\n")
    >>> found.delimiter, found.width, found.has_header
    (';', 2, True)
    >>> found = dialect_of("1::1193::5::978300760\n1::661::3::978302109\n")
    >>> found.delimiter, found.has_header
    ('::', False)
    """
    found = [_tried(head, delimiter) for delimiter in DELIMITERS]
    best = max(found, key=_fit)
    return Dialect(best.delimiter, best.quote, best.rows, _has_header(best.rows))


def line_of_header(head: str) -> int:
    r"""Return the line of the header if there are titles or remarks above it, else 0.

    >>> line_of_header("# made by X\na,b,c\n1,2,3\n4,5,6\n"), line_of_header("a,b\n1,2\n")
    (2, 0)
    """
    lines = [(n, line) for n, line in enumerate(head.splitlines()[:ROWS], start=1) if line.strip()]
    if len(lines) < 3 or '"' in lines[0][1]:  # a cell may go over several lines
        return 0
    every = [[line.count(delimiter) + 1 for _, line in lines] for delimiter in DELIMITERS]
    usual = [Counter(widths[1:]).most_common(1)[0][0] for widths in every]
    if any(2 <= widths[0] >= most - 1 for widths, most in zip(every, usual, strict=True)):
        return 0  # the first row is one as the others; they may end with a delimiter
    for widths, most in zip(every, usual, strict=True):
        if most > widths[0] and 2 * widths.count(most) > len(widths):
            return lines[widths.index(most)][0]
    return 0


def _tried(head: str, delimiter: str) -> Dialect:
    if delimiter == "::":
        return Dialect("::", "", _split(head, "::"), has_header=False)
    try:
        rows = _parsed(head, delimiter)
    except csv.Error:
        if delimiter == "\t":  # titles with quotes, in a format that does not quote
            return Dialect("\t", "", _split(head, "\t"), has_header=False)
        rows = _parsed(head, delimiter, strict=False)
    return Dialect(delimiter, '"', rows, has_header=False)


def _parsed(head: str, delimiter: str, *, strict: bool = True) -> tuple[tuple[str, ...], ...]:
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=strict)
    rows: list[tuple[str, ...]] = []
    try:
        rows.extend(tuple(row) for row in islice((row for row in reader if row), ROWS))
    except csv.Error as error:
        if "unexpected end" not in str(error):  # the head ends within a cell
            raise
    return tuple(rows)


def _split(head: str, delimiter: str) -> tuple[tuple[str, ...], ...]:
    lines = head.splitlines()[:ROWS]
    return tuple(tuple(line.split(delimiter)) for line in lines if line)


def _fit(tried: Dialect) -> tuple[float, int, int]:
    """Return how well it fits: the share of rows as wide as the first, then the width."""
    widths = Counter(len(row) for row in tried.rows)
    if tried.width < 2:
        return 0.0, 0, 0
    share = widths[tried.width] / len(tried.rows)
    return round(share, 1), tried.width, -DELIMITERS.index(tried.delimiter)


def _has_header(rows: tuple[tuple[str, ...], ...]) -> bool:
    """Return whether the first row holds names: no numbers or times, none twice."""
    if not rows:
        return False
    names = [cell.strip() for cell in rows[0]]
    if any(_VALUE.fullmatch(name) for name in names):
        return False
    filled = [name for name in names if name]
    return bool(filled) and 2 * len(filled) > len(names)
