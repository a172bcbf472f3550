"""The known name that an unknown one was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator

from headwater_server.engine.measures.placements import OTHER

PLACEMENTS_SHOWN = 3


def near(name: str, names: Collection[str]) -> str:
    """Return a question about the nearest of the names, "" if none is near.

    >>> near("colur", ["colour", "size"])
    '; did you mean colour?'
    """
    found = difflib.get_close_matches(name, sorted(names), n=1)
    return f"; did you mean {found[0]}?" if found else ""


def unseen_placements(given: Collection[str], seen: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each placement at which no list was seen.

    Only the most used placements are counted apart, so beside the others an unknown one is a
    mistake only if it looks like one.

    >>> list(unseen_placements(["hoem", "cart"], ["home", "cart"]))
    ['no list was seen at hoem yet; did you mean home?']
    >>> list(unseen_placements(["shelf"], ["home", "other"]))
    []
    """
    for name in sorted(set(given).difference(seen))[:PLACEMENTS_SHOWN]:
        hint = near(name, seen)
        if hint or OTHER not in seen:
            yield f"no list was seen at {name} yet{hint}"
