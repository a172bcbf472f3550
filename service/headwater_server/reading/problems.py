"""The problems of files: where, and why; one line for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

PROBLEMS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. ``line`` counts from 1, the header's line included; 0 = the file.

    ``rows`` have the same problem; ``line`` is the first of them.
    """

    line: int
    column: str
    reason: str
    rows: int = 1

    def __str__(self) -> str:
        """Return a text such as ``line 3, column value: 'x' is not a number``."""
        line = f"line {self.line}" if self.line else ""
        place = ", ".join(part for part in (line, self.column and f"column {self.column}") if part)
        more = f" ({self.rows:,} rows in all)" if self.rows > 1 else ""
        return f"{place}: {self.reason}{more}" if place else f"{self.reason}{more}"


class BadFile(ValueError):
    """The file cannot be used. No row of it was used.

    >>> print(BadFile(Path("e.csv"), [Problem(3, "value", "'x' is not a number")], 2))
    e.csv cannot be used (2 problems, nothing was read from it):
      line 3, column value: 'x' is not a number
      … and 1 more
    """

    def __init__(self, path: Path, problems: list[Problem], total: int | None = None) -> None:
        self.path = path
        self.problems = problems
        self.total = sum(one.rows for one in problems) if total is None else total
        super().__init__(self._text())

    def _text(self) -> str:
        count = "1 problem" if self.total == 1 else f"{self.total} problems"
        lines = [f"{self.path} cannot be used ({count}, nothing was read from it):"]
        lines += [f"  {problem}" for problem in self.problems]
        left = self.total - sum(one.rows for one in self.problems)
        return "\n".join([*lines, f"  … and {left} more"] if left else lines)


class EmptyFile(BadFile):
    """The file has no bytes but blanks."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, [Problem(0, "", "the file is empty")])


class BadFiles(BadFile):
    """Several files cannot be used: all their problems at once."""

    def __init__(self, files: Sequence[BadFile]) -> None:
        self.files = tuple(files)
        super().__init__(
            files[0].path,
            [problem for file in files for problem in file.problems],
            sum(file.total for file in files),
        )

    def _text(self) -> str:
        return "\n".join(str(file) for file in self.files)


def raise_all(files: Sequence[BadFile]) -> None:
    """Raise the one, or all of several; nothing if there is none."""
    if len(files) > 1:
        raise BadFiles(files)
    if files:
        raise files[0]


class Problems:
    """Collects problems: one for each kind, with the first line and the number of rows.

    >>> problems = Problems(Path("e.csv"))
    >>> for line in (3, 4, 9):
    ...     problems.add(line, "value", f"'{line}x' is not a number", kind="number")
    >>> print(*problems.first, problems.total)
    line 3, column value: '3x' is not a number (3 rows in all) 3
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.total = 0
        self._kinds: dict[tuple[str, str], Problem] = {}

    @property
    def first(self) -> list[Problem]:
        """The first ten kinds."""
        return list(self._kinds.values())[:PROBLEMS_SHOWN]

    def add(self, line: int, column: str, reason: str, *, kind: str = "", rows: int = 1) -> None:
        """Add a problem of some rows; ``kind`` names what it has in common with others."""
        self.total += rows
        key = (column, kind or reason)
        known = self._kinds.get(key)
        if known:
            self._kinds[key] = replace(known, rows=known.rows + rows)
        elif len(self._kinds) <= PROBLEMS_SHOWN:
            self._kinds[key] = Problem(line, column, reason, rows)

    def found(self) -> list[BadFile]:
        """Return the problems as an error, in a list that is empty if there are none."""
        return [BadFile(self.path, self.first, self.total)] if self.total else []

    def raise_if_any(self) -> None:
        """Raise `BadFile` if there is any problem."""
        raise_all(self.found())
