"""Seals the content of a token: AES-256-GCM, so that a page can neither read nor change it.

The key of a token is derived with HKDF-SHA256 from the ring's secret and the time at which the
token expires, in periods of 2**16 seconds (18.2 hours). Its nonce is random, 96 bits. GCM must
never use a nonce twice under one key, and NIST SP 800-38D allows 2**32 random ones: here that is
65,536 lists a second of one catalogue, without a counter that processes would have to share, and
for as long as a secret is kept. A nonce made from the content (a hash) would be as safe and take
longer.

The expiry is not sealed, but bound: it is associated data, with version and key number.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
SEAL_BYTES = 16
_PERIOD_BITS = 16  # of the expiry, in seconds
_INFO = b"headwater attribution token 3 "


def sealed(head: bytes, content: bytes, secret: bytes, expire_s: int) -> bytes:
    """Return nonce and sealed content, bound to ``head``."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(secret, expire_s >> _PERIOD_BITS).encrypt(nonce, content, head)


def unsealed(head: bytes, rest: bytes, secret: bytes, expire_s: int) -> bytes | None:
    """Return the content of which ``rest`` is `sealed`, None if it is not.

    >>> rest = sealed(b"head", b"content", b"secret", 60)
    >>> unsealed(b"head", rest, b"secret", 60), unsealed(b"HEAD", rest, b"secret", 60)
    (b'content', None)
    """
    nonce, content = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    if len(content) < SEAL_BYTES:
        return None
    try:
        return _cipher(secret, expire_s >> _PERIOD_BITS).decrypt(nonce, content, head)
    except InvalidTag:
        return None


def tag(kind: bytes, of: str, secret: bytes, size: int) -> bytes:
    """Return a keyed hash of an id: without the key nobody finds another id with the same one."""
    hashing = _tagging(kind, secret).copy()
    hashing.update(of.encode("utf-8", "surrogatepass"))
    return hashing.digest()[:size]


@lru_cache(maxsize=1024)  # forged tokens may name any expiry, but fill no memory
def _cipher(secret: bytes, period: int) -> AESGCM:
    return AESGCM(_derived(secret, b"seal %d" % period))


@lru_cache(maxsize=512)  # two for each key of a ring
def _tagging(kind: bytes, secret: bytes) -> hashlib.blake2b:
    return hashlib.blake2b(key=_derived(secret, b"tag"), digest_size=16, person=kind)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=_INFO + purpose).derive(secret)
