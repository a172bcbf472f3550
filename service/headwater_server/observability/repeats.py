"""Limits how often the same line is logged."""

from __future__ import annotations

import time

REPEAT_S = 60.0


class Repeats:
    """Lets a text pass when it was not logged in the last `REPEAT_S` seconds.

    >>> repeats = Repeats()
    >>> repeats.pass_("full"), repeats.pass_("full"), repeats.pass_("away")
    (True, False, True)
    """

    def __init__(self) -> None:
        """Start with nothing logged."""
        self._due_s: dict[str, float] = {}

    def pass_(self, text: str) -> bool:
        """Whether to log ``text`` now."""
        now_s = time.monotonic()
        if now_s < self._due_s.get(text, 0.0):
            return False
        self._due_s = {kept: due for kept, due in self._due_s.items() if due > now_s}
        self._due_s[text] = now_s + REPEAT_S
        return True
