"""Pages: a token names the last item of a page; a page ends before it is too large to be sent."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import TypeVar

from google.protobuf.message import Message

from headwater_server.api.translate.checks import ID_BYTES_MAX, required
from headwater_server.errors import InvalidRequest

PAGE_BYTES_MAX = 3 * 1024 * 1024  # clients take 4 MiB, unless they are set to take more
ENTRY_BYTES = 8  # of an entry's tag and length in the page

Entry = TypeVar("Entry", bound=Message)


def page_bytes(message_bytes_max: int) -> int:
    """Return how many bytes the entries of a page may have, under the server's own limit."""
    return min(PAGE_BYTES_MAX, message_bytes_max * 3 // 4)


def as_many_as_fit(entries: Iterable[Entry], bytes_max: int) -> list[Entry]:
    """Return the first entries, as many as ``bytes_max`` holds, but at least one.

    >>> from headwater.v1.item_pb2 import Item
    >>> len(as_many_as_fit([Item(title="x" * 90) for _ in range(9)], 300))
    3
    """
    taken: list[Entry] = []
    left = bytes_max
    for entry in entries:
        left -= entry.ByteSize() + ENTRY_BYTES
        if taken and left < 0:
            break
        taken.append(entry)
    return taken


def page_token(last_item_id: str) -> str:
    """Return the token of the page that starts after an item.

    >>> page_token("boots-7")
    'Ym9vdHMtNw'
    """
    return base64.urlsafe_b64encode(last_item_id.encode()).rstrip(b"=").decode("ascii")


def after_item_id(token: str, bytes_max: int = ID_BYTES_MAX) -> str:
    """Return the item that the page starts after, "" for the first page.

    >>> after_item_id("Ym9vdHMtNw")
    'boots-7'
    >>> after_item_id("page 2")
    Traceback (most recent call last):
    headwater_server.errors.InvalidRequest: page_token is not a token of this service
    """
    if not token:
        return ""
    try:
        text = token.encode("ascii") + b"=" * (-len(token) % 4)
        item_id = base64.b64decode(text, b"-_", validate=True).decode()
        return required("page_token", item_id, bytes_max)
    except (binascii.Error, UnicodeError, InvalidRequest):
        raise InvalidRequest("page_token", "is not a token of this service") from None
