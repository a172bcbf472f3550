"""Page tokens: each names the last item of a page, after which the next page starts."""

from __future__ import annotations

import base64
import binascii

from headwater_server.api.translate.checks import required
from headwater_server.errors import InvalidRequest


def page_token(last_item_id: str) -> str:
    """Return the token of the page that starts after an item.

    >>> page_token("boots-7")
    'Ym9vdHMtNw'
    """
    return base64.urlsafe_b64encode(last_item_id.encode()).rstrip(b"=").decode("ascii")


def after_item_id(token: str) -> str:
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
        return required("page_token", item_id)
    except (binascii.Error, UnicodeError, InvalidRequest):
        raise InvalidRequest("page_token", "is not a token of this service") from None
