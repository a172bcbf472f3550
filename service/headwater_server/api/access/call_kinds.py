"""What a call does: reads, or writes."""

from __future__ import annotations

from enum import Enum
from typing import Final

WRITING: Final = frozenset(
    {"Feedback", "StreamFeedback", "UpsertItems", "DeleteItems", "UpsertUsers", "EraseUser"}
)


class Kind(Enum):
    """What a call does, as the setting names it."""

    READS = "reads"
    WRITES = "writes"


def kind_of(call: str) -> Kind:
    """Return what a method does.

    >>> kind_of("headwater.v1.UserService/EraseUser"), kind_of("headwater.v1.UserService/GetUser")
    (<Kind.WRITES: 'writes'>, <Kind.READS: 'reads'>)
    """
    return Kind.WRITES if call.rpartition("/")[2] in WRITING else Kind.READS
