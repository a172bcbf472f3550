"""The signed token that carries a slate to the shop and back, so that nothing is stored.

Binary form, then base64url without padding:
version 1 byte | policy, placement, recommendation id: length byte and UTF-8 | count 1 byte |
propensities as float32 each | item ids: length byte and UTF-8 each | HMAC-SHA256, first 16 bytes
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct

from headwater_server.engine.events import Slate

_VERSION = 1
_MAC_BYTES = 16
TOKEN_CHARS_MAX = 32_768


class ForgedTokenError(ValueError):
    """The token was not signed with our key, or is damaged. It teaches nothing."""


def sign(slate: Slate, key: bytes) -> str:
    """Return the token of ``slate``. Texts are at most 255 bytes, items at most 255.

    >>> slate = Slate("r1", "p", "home", ("a", "b"), (0.5, 0.25))
    >>> open_token(sign(slate, b"key"), b"key") == slate
    True
    """
    parts = [bytes((_VERSION,))]
    parts += map(_text, (slate.policy, slate.placement, slate.recommendation_id))
    parts.append(bytes((len(slate.item_ids),)))
    parts.append(struct.pack(f">{len(slate.propensities)}f", *slate.propensities))
    parts += map(_text, slate.item_ids)
    body = b"".join(parts)
    return _spelled(body + _mac(body, key))


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def open_token(token: str, key: bytes) -> Slate:
    """Return the slate that ``token`` vouches for.

    Raises
    ------
    ForgedTokenError
        If it was not signed with ``key``, or is damaged, or of an unknown version.
    """
    if len(token) > TOKEN_CHARS_MAX:
        raise ForgedTokenError("attribution_token: too long")
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise ForgedTokenError("attribution_token: not a token of this service") from None
    if _spelled(raw) != token:  # the last character has bits to spare: one slate, one token
        raise ForgedTokenError("attribution_token: not a token of this service")
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(body, key)):
        raise ForgedTokenError("attribution_token: signature does not match")
    try:
        return _read(body)
    except (IndexError, struct.error, UnicodeDecodeError):  # signed, but not by this code
        raise ForgedTokenError("attribution_token: made by an unknown version") from None


def _read(body: bytes) -> Slate:
    if body[:1] != bytes((_VERSION,)):
        raise ForgedTokenError("attribution_token: made by an unknown version")
    at = 1

    def text() -> str:
        nonlocal at
        end = at + 1 + body[at]
        value = body[at + 1 : end].decode("utf-8", "surrogatepass")
        at = end
        return value

    texts = [text() for _ in range(3)]
    count = body[at]
    propensities = struct.unpack_from(f">{count}f", body, at + 1)
    at += 1 + 4 * count
    items = tuple(text() for _ in range(count))
    return Slate(texts[2], texts[0], texts[1], items, propensities)


def _text(value: str) -> bytes:
    raw = value.encode("utf-8", "surrogatepass")
    if len(raw) > 255:
        raise ValueError(f"text of {len(raw)} bytes in a token, at most 255")
    return bytes((len(raw),)) + raw


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_MAC_BYTES]
