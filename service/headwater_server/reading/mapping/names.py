"""Names of columns and fields: which are the same, and which is the nearest."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from functools import lru_cache


class BadMapping(ValueError):
    """A mapping cannot be used, or none fits. The text names the place and the fix."""


@lru_cache(maxsize=4096)  # thousands of files have the same few names
def same(name: str) -> str:
    """Return the form in which two names of a column are equal.

    >>> same("Item ID") == same("item_id") == same("ITEM-ID")
    True
    """
    return name.strip().lstrip("#/").lower().replace("_", "-").replace(" ", "-")


def near(name: str, names: Collection[str]) -> str:
    """Return a hint at the nearest name, "" if none is near.

    >>> near("tiem", ["time", "item"])
    '; did you mean time?'
    """
    found = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {found[0]}?" if found else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names as a text, the first ``most`` of them.

    >>> listed(["a", "b", "c"], most=2)
    'a, b, … (3)'
    """
    every = list(names)
    if len(every) <= most:
        return ", ".join(every)
    return ", ".join([*every[:most], f"… ({len(every)})"])
