"""Columns of many values in little memory: equal ones are kept once, numbers without objects."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

Value = TypeVar("Value", bound=Hashable)


class Coded(Generic[Value]):
    """A column of values of which many are equal: each one is kept once.

    >>> column = Coded[str]()
    >>> for text in ("home", "basket", "home"):
    ...     column.append(text)
    >>> [column[row] for row in range(3)], column.values
    (['home', 'basket', 'home'], ['home', 'basket'])
    """

    def __init__(self, own: Callable[[Value], Value] = lambda value: value) -> None:
        """``own`` makes what is kept of a value, which equals it."""
        self.values: list[Value] = []
        self._own = own
        self._code_of: dict[Value, int] = {}
        self._codes = array("I")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._codes)

    def __getitem__(self, row: int) -> Value:
        """Return the value of a row."""
        return self.values[self._codes[row]]

    def append(self, value: Value) -> None:
        """Add a row."""
        code = self._code_of.get(value)
        if code is None:
            kept, code = self._own(value), len(self.values)
            self._code_of[kept] = code
            self.values.append(kept)
        self._codes.append(code)


class Several(Generic[Value]):
    """A column of tuples of such values.

    >>> column = Several[str]()
    >>> for texts in (["tent", "lamp"], [], ["lamp"]):
    ...     column.append(texts)
    >>> [column[row] for row in range(3)]
    [('tent', 'lamp'), (), ('lamp',)]
    """

    def __init__(self, own: Callable[[Value], Value] = lambda value: value) -> None:
        """``own`` makes what is kept of a value, which equals it."""
        self._values = Coded[Value](own)
        self._ends = array("Q", [0])

    def __getitem__(self, row: int) -> tuple[Value, ...]:
        """Return the values of a row."""
        return tuple(self._values[at] for at in range(self._ends[row], self._ends[row + 1]))

    def append(self, values: Iterable[Value]) -> None:
        """Add a row."""
        for value in values:
            self._values.append(value)
        self._ends.append(len(self._values))


class Numbers:
    """A column of tuples of numbers.

    >>> column = Numbers()
    >>> column.append((0.5, 0.25))
    >>> column[0]
    (0.5, 0.25)
    """

    def __init__(self) -> None:
        self._values = array("d")
        self._ends = array("Q", [0])

    def __getitem__(self, row: int) -> tuple[float, ...]:
        """Return the numbers of a row."""
        return tuple(self._values[self._ends[row] : self._ends[row + 1]])

    def append(self, numbers: Iterable[float]) -> None:
        """Add a row."""
        self._values.extend(numbers)
        self._ends.append(len(self._values))


def copied(text: str) -> str:
    """Return another object: one that was made between others that go keeps their memory taken.

    >>> text = "".join(["tent", "-1"])
    >>> copied(text) == text, copied(text) is text
    (True, False)
    """
    return text.encode().decode()


class Texts:
    """A column of texts that differ from each other: one block of bytes, no objects.

    >>> column = Texts()
    >>> column.append("a-1"), column.append("ä-2")
    (None, None)
    >>> column[1]
    'ä-2'
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def __getitem__(self, row: int) -> str:
        """Return the text of a row."""
        return self._bytes[self._ends[row] : self._ends[row + 1]].decode()

    def append(self, text: str) -> None:
        """Add a row."""
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
