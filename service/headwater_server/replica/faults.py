"""Errors that stop a replica or make it try another source; health reports them, not callers."""

from __future__ import annotations

from headwater_server.replica.ports.position import Position


class LogBroken(Exception):
    """The log is not the one that made this state: entries are missing or different."""

    def __init__(self, expected: str, found: str, missing: str = "") -> None:
        """State what the chain expects next, what is there, and what that means."""
        text = f"the log is broken: expected {expected}, found {found}"
        if missing:
            text = f"{text}; {missing} (`headwater doctor` lists the fixes)"
        super().__init__(text)
        self.expected = expected
        self.found = found

    @property
    def found_sequence(self) -> int | None:
        """The number of the entry that was found; None: another thing was.

        >>> LogBroken("entry 5", "entry 7 at 1-0").found_sequence
        7
        """
        number = self.found.removeprefix("entry ").partition(" ")[0]
        return int(number) if number.isdigit() else None


class LogMovedOn(Exception):
    """The append expected a position that is no longer the head; nothing was appended."""

    def __init__(self, after: Position) -> None:
        """Name the position that the append expected to be the head."""
        super().__init__(f"{after.offset} is no longer the head of the log")


class UnreadableEntry(Exception):
    """An entry that this build cannot apply. The replica stops, or its state would fork."""


class DamagedSnapshot(Exception):
    """A snapshot that differs from what was written, or that this build cannot read."""
