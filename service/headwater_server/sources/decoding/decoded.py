"""What a message holds, in the words that a person who repairs it understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater_server.engine.messages.entries import ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event


class Unreadable(ValueError):
    """A message cannot be read; the text is the reason, without any data of a person."""


@dataclass(frozen=True, slots=True)
class Part:
    """One event, item or delete of a message, or why there is none. ``number`` counts from 0."""

    operation: Event | ItemWrite | ItemDelete | None
    token: str = ""
    reason: str = ""
    number: int = 0


Decoded = Sequence[Part]
"""The parts of one message; none if it says nothing that is kept, such as a row left out."""


def refused(reason: str, number: int = 0) -> Part:
    """Return the part of which nothing is used.

    >>> refused("no JSON").operation is None
    True
    """
    return Part(None, reason=reason, number=number)
