"""The sealed token that carries a slate to the shop and back, so that nothing is stored.

Binary form, then base64url without padding:
version 1 byte | key id 1 byte | expires, seconds since 1970, 4 bytes | nonce 12 bytes | the content
sealed, see answer_body and sealing

A page's visitor sees the token, but reads neither the slate's propensities nor what was asked.
A tag is a keyed hash of an id: the token names no visitor.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from headwater_server.engine.messages.events import Slate
from headwater_server.engine.tokens import signed_token
from headwater_server.engine.tokens.answer_body import (
    TAG_BYTES,
    UNKNOWN,
    Asked,
    Content,
    answer_bytes,
    content_of,
)
from headwater_server.engine.tokens.sealing import sealed, tag, unsealed
from headwater_server.engine.tokens.token_body import Shown
from headwater_server.engine.tokens.token_key import TokenKey

_VERSION = 3
_HEAD = struct.Struct(">BBI")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
TOKEN_CHARS_MAX = 32_768


class ForgedTokenError(ValueError):
    """The token was not made with one of our keys, or is damaged. Nothing is learned from it."""


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
    version: int = _VERSION

    def is_of_visitor(self, visitor_id: str) -> bool:
        """Return whether the slate was made for the visitor."""
        return hmac.compare_digest(self.visitor_tag, self._tag(b"visitor", visitor_id))

    def is_of_user(self, user_id: str) -> bool:
        """Return whether the slate was made for the account: False for none."""
        tag_ = self._tag(b"user", user_id) if user_id else b""
        return bool(tag_) and hmac.compare_digest(self.user_tag, tag_)

    def _tag(self, kind: bytes, of: str) -> bytes:
        if self.version == signed_token.VERSION:
            return signed_token.tag(kind + b" ", of, self.key.secret)
        return tag(kind, of, self.key.secret, TAG_BYTES)


def sign(
    shown: Shown,
    key: TokenKey,
    *,
    visitor_id: str,
    user_id: str = "",
    expire_s: int,
    by_page: bool = False,
    asked: Asked = UNKNOWN,
) -> str:
    """Return the token of the list for this visitor and user, valid until ``expire_s``.

    >>> slate = Slate("r1", "p", "home", ("a", "b"), (0.5, 0.25))
    >>> key = TokenKey(0, b"key")
    >>> opened = open_token(sign(slate, key, visitor_id="ann", expire_s=60), {0: key}.get)
    >>> opened.slate.item_ids, opened.expire_s, opened.is_of_visitor("ann")
    (('a', 'b'), 60, True)
    >>> opened.is_of_visitor("bob"), opened.is_of_user("ann"), opened.slate.unreplayable
    (False, False, True)
    """
    secret = key.secret
    user_tag = tag(b"user", user_id, secret, TAG_BYTES) if user_id else b""
    visitor_tag = tag(b"visitor", visitor_id, secret, TAG_BYTES)
    head = _HEAD.pack(_VERSION, key.key_id, expire_s)
    content = answer_bytes(shown, asked, visitor_tag, user_tag, by_page=by_page)
    return _spelled(head + sealed(head, content, secret, expire_s))


def open_token(
    token: str, key_of: Callable[[int], TokenKey | None], *, questions: bool = True
) -> Opened:
    """Return the content of ``token``; ``key_of`` returns a key by its number, or None.

    The caller checks the expiry, the visitor and the user. Without ``questions``, that of the
    slate is not read.

    Raises
    ------
    ForgedTokenError
        If it was not made with one of the keys, or is damaged, or of an unknown version.
    """
    raw = _raw(token)
    if len(raw) < _HEAD.size or raw[0] not in (_VERSION, signed_token.VERSION):
        raise ForgedTokenError("attribution_token: made by an unknown version")
    version, key_id, expire_s = _HEAD.unpack_from(raw)
    key = key_of(key_id)
    if key is None:
        raise ForgedTokenError(
            "attribution_token: signed with a key that is not, or no longer, ours"
        )
    try:
        content = _content(raw, version, key, expire_s, questions=questions)
    except (IndexError, ValueError, OverflowError, struct.error, zlib.error):
        # ours, but not of this code; a text that is no UTF-8 is a ValueError
        raise ForgedTokenError("attribution_token: made by an unknown version") from None
    if content is None:
        raise ForgedTokenError("attribution_token: signature does not match")
    slate, visitor_tag, user_tag, by_page = content
    return Opened(slate, expire_s, key, visitor_tag, user_tag, by_page, version)


def _content(
    raw: bytes, version: int, key: TokenKey, expire_s: int, *, questions: bool
) -> Content | None:
    """Return what the token holds, None if it was not made with the key."""
    if version == signed_token.VERSION:
        is_ours = signed_token.is_signed(raw, key.secret)
        return signed_token.signed_content(raw) if is_ours else None
    content = unsealed(raw[: _HEAD.size], raw[_HEAD.size :], key.secret, expire_s)
    return None if content is None else content_of(content, questions=questions)


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
