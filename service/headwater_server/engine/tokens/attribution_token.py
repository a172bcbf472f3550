"""The signed token that carries a slate to the shop and back, so that nothing is stored.

Binary form, then base64url without padding:
version 1 byte | key id 1 byte | expires, seconds since 1970, 4 bytes | visitor's tag 6 bytes |
length of the user's tag 1 byte (0 or 6; and 128 if a page asked), the tag | the slate, see
token_body |
HMAC-SHA256 of all before, first 16 bytes

A tag is a keyed hash of an id: only this service can check the visitor of a slate.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from headwater_server.engine.messages.events import Slate
from headwater_server.engine.tokens.token_body import Shown, packed, unpacked
from headwater_server.engine.tokens.token_key import TokenKey

_VERSION = 2
_HEAD = struct.Struct(">BBI6sB")
_TAG_BYTES = 6
_MAC_BYTES = 16
_BLOCK_BYTES = 64  # of SHA-256
_BY_PAGE = 128
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
TOKEN_CHARS_MAX = 32_768


class ForgedTokenError(ValueError):
    """The token was not signed with one of our keys, or is damaged. Nothing is learned from it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The content of a token: the slate, its visitor and user, its expiry.

    ``by_page``: requested with a publishable key, so the visitor is not verified.
    """

    slate: Slate
    expire_s: int
    key: TokenKey
    visitor_tag: bytes
    user_tag: bytes
    by_page: bool = False

    def is_of_visitor(self, visitor_id: str) -> bool:
        """Return whether the slate was made for the visitor."""
        return hmac.compare_digest(self.visitor_tag, _tag(b"visitor ", visitor_id, self.key.secret))

    def is_of_user(self, user_id: str) -> bool:
        """Return whether the slate was made for the account: False for none."""
        tag = _tag(b"user ", user_id, self.key.secret) if user_id else b""
        return bool(tag) and hmac.compare_digest(self.user_tag, tag)


def sign(
    shown: Shown,
    key: TokenKey,
    *,
    visitor_id: str,
    user_id: str = "",
    expire_s: int,
    by_page: bool = False,
) -> str:
    """Return the token of the list for this visitor and user, valid until ``expire_s``.

    >>> slate = Slate("r1", "p", "home", ("a", "b"), (0.5, 0.25))
    >>> key = TokenKey(0, b"key")
    >>> opened = open_token(sign(slate, key, visitor_id="ann", expire_s=60), {0: key}.get)
    >>> opened.slate == slate, opened.expire_s, opened.is_of_visitor("ann")
    (True, 60, True)
    >>> opened.is_of_visitor("bob"), opened.is_of_user("ann")
    (False, False)
    """
    user_tag = _tag(b"user ", user_id, key.secret) if user_id else b""
    visitor_tag = _tag(b"visitor ", visitor_id, key.secret)
    marks = len(user_tag) | (_BY_PAGE if by_page else 0)
    head = _HEAD.pack(_VERSION, key.key_id, expire_s, visitor_tag, marks)
    body = head + user_tag + packed(shown)
    return _spelled(body + _mac(body, key.secret))


def open_token(token: str, key_of: Callable[[int], TokenKey | None]) -> Opened:
    """Return the content of ``token``; ``key_of`` returns a key by its number, or None.

    The caller checks the expiry, the visitor and the user.

    Raises
    ------
    ForgedTokenError
        If it was not signed with one of the keys, or is damaged, or of an unknown version.
    """
    raw = _raw(token)
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if body[:1] != bytes((_VERSION,)) or len(body) < _HEAD.size:
        raise ForgedTokenError("attribution_token: made by an unknown version")
    _, key_id, expire_s, visitor_tag, marks = _HEAD.unpack_from(body)
    key = key_of(key_id)
    if key is None:
        raise ForgedTokenError(
            "attribution_token: signed with a key that is not, or no longer, ours"
        )
    if not hmac.compare_digest(mac, _mac(body, key.secret)):
        raise ForgedTokenError("attribution_token: signature does not match")
    slate_at = _HEAD.size + (marks & ~_BY_PAGE)
    try:
        slate = unpacked(body[slate_at:])
    except (IndexError, UnicodeDecodeError, zlib.error):
        # signed, but not by this code
        raise ForgedTokenError("attribution_token: made by an unknown version") from None
    user_tag, by_page = body[_HEAD.size : slate_at], bool(marks & _BY_PAGE)
    return Opened(slate, expire_s, key, visitor_tag, user_tag, by_page)


def _raw(token: str) -> bytes:
    if len(token) > TOKEN_CHARS_MAX:
        raise ForgedTokenError("attribution_token: too long")
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise ForgedTokenError("attribution_token: not a token of this service") from None
    if _spelled(raw) != token:  # the last character has unused bits: only one spelling is valid
        raise ForgedTokenError("attribution_token: not a token of this service")
    return raw


def _spelled(raw: bytes) -> str:
    text = binascii.b2a_base64(raw, newline=False)
    return text.translate(_URL_SAFE, b"=").decode("ascii")


def _tag(kind: bytes, of: str, secret: bytes) -> bytes:
    return _sealed(kind + of.encode("utf-8", "surrogatepass"), secret)[:_TAG_BYTES]


def _mac(body: bytes, secret: bytes) -> bytes:
    return _sealed(body, secret)[:_MAC_BYTES]


def _sealed(data: bytes, secret: bytes) -> bytes:
    """Return the HMAC-SHA256 of ``data``; it goes on from the hashes that the key began."""
    begun_inner, begun_outer = _begun(secret)
    inner, outer = begun_inner.copy(), begun_outer.copy()
    inner.update(data)
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(maxsize=256)  # as many keys as a ring has at most
def _begun(secret: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """Return the inner and outer hash of RFC 2104 after the key: the same for every token.

    `hmac` begins with the key each time, which takes longer than all the bytes of a token.
    """
    key = secret if len(secret) <= _BLOCK_BYTES else hashlib.sha256(secret).digest()
    block = key.ljust(_BLOCK_BYTES, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in (0x36, 0x5C))
    return hashlib.sha256(inner), hashlib.sha256(outer)
