"""Divides calls into reading and writing ones."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Final

WRITING: Final = frozenset(
    {
        "Feedback",
        "StreamFeedback",
        "UpsertItems",
        "DeleteItems",
        "UpsertUsers",
        "EraseUser",
        "UnlinkVisitor",
        "UpsertPolicy",
        "PromotePolicy",
        "RollbackPolicy",
        "CreateExperiment",
        "StopExperiment",
        "ReplayQuarantinedEvents",
        "DropQuarantinedEvents",
        "EndSession",
        "UpsertRule",
        "DeleteRule",
        "RestoreRule",
    }
)


class Kind(Enum):
    """Whether a call reads or writes, with the names of the setting `overload_prefers`."""

    READS = "reads"
    WRITES = "writes"


@cache
def kind_of(call: str) -> Kind:
    """Return the kind of a method.

    >>> kind_of("headwater.v1.UserService/EraseUser"), kind_of("headwater.v1.UserService/GetUser")
    (<Kind.WRITES: 'writes'>, <Kind.READS: 'reads'>)
    """
    return Kind.WRITES if call.rpartition("/")[2] in WRITING else Kind.READS
