"""What makes a replica stop or look elsewhere. These never reach a caller; they reach health."""

from __future__ import annotations

from headwater_server.replica.ports.position import Position


class LogBroken(Exception):
    """The log is not the one that this state was folded from: entries are missing or others'."""

    def __init__(self, expected: str, found: str, missing: str = "") -> None:
        """Say what the chain wants next, what stands there, and what that means."""
        text = f"the log is broken: expected {expected}, found {found}"
        if missing:
            text = f"{text}; {missing} (`headwater doctor` tells the ways on)"
        super().__init__(text)
        self.expected = expected
        self.found = found


class LogMovedOn(Exception):
    """The append was to follow a position that is not the head any more; nothing was appended."""

    def __init__(self, after: Position) -> None:
        """Name the position that was believed to be the head."""
        super().__init__(f"{after.offset} is not the head of the log any more")


class UnreadableEntry(Exception):
    """An entry that this build cannot apply. Skipping it would fork the state, so it stops."""


class DamagedSnapshot(Exception):
    """A snapshot that is not what was written, or that this build cannot read."""
