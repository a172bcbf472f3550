"""The problems of a file: where, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROBLEMS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. ``line`` counts from 1, the header's line included; 0 = the file."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        """Return a text such as ``line 3, column value: 'x' is not a number``."""
        line = f"line {self.line}" if self.line else ""
        place = ", ".join(part for part in (line, self.column and f"column {self.column}") if part)
        return f"{place}: {self.reason}" if place else self.reason


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
        self.total = len(problems) if total is None else total
        super().__init__(self._text())

    def _text(self) -> str:
        count = "1 problem" if self.total == 1 else f"{self.total} problems"
        lines = [f"{self.path} cannot be used ({count}, nothing was read from it):"]
        lines += [f"  {problem}" for problem in self.problems]
        left = self.total - len(self.problems)
        return "\n".join([*lines, f"  … and {left} more"] if left else lines)


class Problems:
    """Collects problems: keeps the first ten, and counts all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first: list[Problem] = []
        self.total = 0

    def add(self, line: int, column: str, reason: str) -> None:
        """Add one problem."""
        self.total += 1
        if len(self.first) < PROBLEMS_SHOWN:
            self.first.append(Problem(line, column, reason))

    def raise_if_any(self) -> None:
        """Raise `BadFile` if there is any problem."""
        if self.total:
            raise BadFile(self.path, self.first, self.total)
