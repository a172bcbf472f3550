"""The known name that an unknown one was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Collection


def near(name: str, names: Collection[str]) -> str:
    """Return a question about the nearest of the names, "" if none is near.

    >>> near("colur", ["colour", "size"])
    '; did you mean colour?'
    """
    found = difflib.get_close_matches(name, sorted(names), n=1)
    return f"; did you mean {found[0]}?" if found else ""
