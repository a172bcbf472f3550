"""Tokens of version 2, which are signed and readable: valid until they expire, no longer made.

version 1 byte | key id 1 byte | expires, seconds since 1970, 4 bytes | visitor's tag 6 bytes |
length of the user's tag 1 byte (0 or 6; and 128 if a page asked), the tag | the slate, see
token_body |
HMAC-SHA256 of all before, first 16 bytes
"""

from __future__ import annotations

import hmac
import struct

from headwater_server.engine.tokens.answer_body import Content
from headwater_server.engine.tokens.token_body import unpacked

VERSION = 2
HEAD = struct.Struct(">BBI6sB")
_TAG_BYTES = 6
_MAC_BYTES = 16
_BY_PAGE = 128


def is_signed(raw: bytes, secret: bytes) -> bool:
    """Return whether the signature is that of the bytes before it."""
    return hmac.compare_digest(raw[-_MAC_BYTES:], mac(raw[:-_MAC_BYTES], secret))


def signed_content(raw: bytes) -> Content:
    """Return the content of a token that `is_signed`. IndexError … for other bytes."""
    body = raw[:-_MAC_BYTES]
    *_, visitor_tag, marks = HEAD.unpack_from(body)
    slate_at = HEAD.size + (marks & ~_BY_PAGE)
    slate, user_tag = unpacked(body[slate_at:]), body[HEAD.size : slate_at]
    return Content(slate, visitor_tag, user_tag, bool(marks & _BY_PAGE))


def mac(body: bytes, secret: bytes) -> bytes:
    """Return the signature of ``body``."""
    return hmac.digest(secret, body, "sha256")[:_MAC_BYTES]


def tag(kind: bytes, of: str, secret: bytes) -> bytes:
    """Return the keyed hash of an id."""
    return hmac.digest(secret, kind + of.encode("utf-8", "surrogatepass"), "sha256")[:_TAG_BYTES]
