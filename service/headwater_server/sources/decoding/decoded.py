"""What a message holds, in the words that a person who repairs it understands."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headwater_server.engine.messages.entries import ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class Unreadable(ValueError):
    """A message cannot be read; the text is the reason, without any data of a person."""


def json_of(value: bytes) -> Any:
    """Return the JSON value of a message. `Unreadable` if it is none that others can read, too.

    >>> json_of(b'{"a": 1}')
    {'a': 1}
    >>> json_of(b'{"a": NaN}')
    Traceback (most recent call last):
    headwater_server.sources.decoding.decoded.Unreadable: it is no JSON
    """
    try:
        text = value.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("it is not text (UTF-8)") from None
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Unreadable("it is no JSON") from None
    if _HALF.search(text) and _is_broken(found):
        raise Unreadable("it has a text with half a character (a lone surrogate)")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity: Python alone writes them


def _is_broken(found: Any) -> bool:
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


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
