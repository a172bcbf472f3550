"""The call that a line of the log, or a span, belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

HEADER = "x-request-id"
LENGTH_MAX = 128
Metadata = Iterable[tuple[str, str | bytes]]


class Request:
    """One call. Its id is only read, or created, when it is needed.

    >>> Request(lambda: [("x-request-id", "page-7")]).id
    'page-7'
    >>> request = Request(lambda: None)
    >>> len(request.id), request.id == request.id
    (16, True)
    """

    __slots__ = ("_id", "is_page", "key", "key_name", "metadata", "only_reads", "scopes", "session")

    def __init__(self, metadata: Callable[[], Metadata | None]) -> None:
        """``metadata`` returns the caller's metadata; it is called only if needed."""
        self.metadata = metadata
        self.is_page = False  # whether it came with a publishable key, which is public
        self.only_reads = False  # whether its key may change nothing
        self.scopes: frozenset[str] = frozenset()  # of its key; none: all
        self.key = ""  # the key that the call was made with; it is a secret
        self.key_name = ""  # its name, if the settings give it one; it is none
        self.session: Any = None  # of a person who signed in, instead of a key
        self._id = ""

    @property
    def id(self) -> str:
        """Return the caller's x-request-id, as far as it is visible ASCII, or a new one."""
        if not self._id:
            self._id = self._sent() or uuid4().hex[:16]
        return self._id

    def _sent(self) -> str:
        for name, value in self.metadata() or ():
            if name == HEADER and isinstance(value, str):
                return "".join(filter(_is_visible, value))[:LENGTH_MAX]
        return ""


def _is_visible(character: str) -> bool:
    return " " < character < "\x7f"


current: ContextVar[Request | None] = ContextVar("request", default=None)
"""The call that is under way in this context; None outside of calls."""


def add_request_id(
    _logger: Any, _name: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Put the id of the call that a log line belongs to into the line: a structlog processor."""
    request = current.get()
    if request is not None:
        line.setdefault("request_id", request.id)
    return line
