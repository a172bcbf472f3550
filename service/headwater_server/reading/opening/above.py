"""Lines above the first row that say nothing of it: blank ones, comments, Excel's `sep=;`."""

from __future__ import annotations

import re

LOOK_AT = 1 << 16
_END = re.compile(r"\r\n|\r|\n")
_SEPARATOR = re.compile(r'"?sep=(.|\\t)"?[,;\t]*', re.IGNORECASE)
_MARKS = ",;\t|"


def lines_above(head: str) -> int:
    r"""Return how many lines to skip. A header may begin with #, too.

    >>> lines_above("sep=;\na;b\n1;2\n"), lines_above("# of X\n\na,b\n1,2\n")
    (1, 2)
    >>> lines_above("#a,b\n1,2\n"), lines_above("a,b\n1,2\n")
    (0, 0)
    """
    lines = _END.split(head[:LOOK_AT])
    for number, line in enumerate(lines):
        if not line.strip("\ufeff") or _SEPARATOR.fullmatch(line.strip("\ufeff ")):
            continue
        after = next((one for one in lines[number + 1 :] if one), "")
        if not line.startswith("#") or _alike(line, after):
            return number
    return 0


def without_lines(head: str, count: int) -> str:
    """Return a text without its first lines."""
    for _ in range(count):
        end = _END.search(head)
        head = head[end.end() :] if end else ""
    return head


def _alike(line: str, after: str) -> bool:
    """Return whether two lines have the same number of cells, and more than one."""
    return any(0 < line.count(mark) == after.count(mark) for mark in _MARKS)
