"""A position on the log: the offset that callers see, the sequence number for the chain."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_OFFSET = re.compile(r"(\d{1,19})([-@])(\d{1,19})", re.ASCII)
NUMBERED = "@"
"""Between the sequence number and the time of an entry, in an offset of a log on Kafka."""


@dataclass(frozen=True, slots=True)
class Position:
    """The entry with this ``offset`` is the ``sequence``-th of its log, counted from 1.

    ``previous`` is the offset of the entry before, if an append has just said it; it identifies
    nothing, so two positions are equal without it.
    """

    offset: str
    sequence: int
    previous: str = field(default="", compare=False, repr=False)

    def directly_follows(self, before: Position) -> bool:
        """Return whether the append said that this entry is the one after ``before``.

        >>> Position("9-0", 2, "8-0").directly_follows(Position("8-0", 1))
        True
        >>> Position("9-0", 2).directly_follows(Position("8-0", 1))
        False
        """
        return self.previous == before.offset and self.sequence == before.sequence + 1


START = Position("0-0", 0)


def offset_key(offset: str) -> tuple[int, int]:
    """Return the key that sorts offsets. ValueError when the text is no offset of this service.

    A log has offsets of one kind: time and a number on Redis, sequence number and time on Kafka.

    >>> offset_key("1700000000000-2") > offset_key("1700000000000-1") > offset_key("0-0")
    True
    >>> offset_key("12@1700000000000") > offset_key("11@1700000000009") > offset_key("0-0")
    True
    """
    match = _OFFSET.fullmatch(offset)
    if match is None:
        raise ValueError(f"not an offset: {offset[:64]!r}")
    return int(match[1]), int(match[3])


def time_ms_of(offset: str) -> int:
    """Return the time of the append, in milliseconds since 1970.

    >>> time_ms_of("1700000000000-2"), time_ms_of("12@1700000000000")
    (1700000000000, 1700000000000)
    """
    first, second = offset_key(offset)
    return second if NUMBERED in offset else first
