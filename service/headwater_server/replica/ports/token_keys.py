"""The keys that sign attribution tokens: several, so that one can replace another without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater_server.engine.tokens.token_key import TokenKey

KEYS_MAX = 256  # a token names its key in one byte


@dataclass(frozen=True, slots=True)
class RingKey:
    """A key, and the time from which it signs: late enough that all processes know it by then."""

    key: TokenKey
    signs_from_ms: int


class TokenKeys:
    """The keys that one process knows; `replace` sets new ones.

    >>> ring = TokenKeys([RingKey(TokenKey(0, b"old"), 0), RingKey(TokenKey(1, b"new"), 60_000)])
    >>> ring.signing(now_ms=59_999).key_id, ring.signing(now_ms=60_000).key_id
    (0, 1)
    >>> ring.of(1).secret, ring.of(2)
    (b'new', None)
    """

    def __init__(self, keys: Sequence[RingKey]) -> None:
        """Start with at least one key."""
        self.replace(keys)

    @classmethod
    def single(cls, secret: bytes) -> TokenKeys:
        """Return a ring of one key."""
        return cls([RingKey(TokenKey(0, secret), 0)])

    def replace(self, keys: Sequence[RingKey]) -> None:
        """Use these keys from now on."""
        if not keys:
            raise ValueError("there is no key for attribution tokens")
        self._keys = sorted(keys, key=lambda ring_key: ring_key.signs_from_ms)
        self._by_id = {ring_key.key.key_id: ring_key.key for ring_key in keys}

    def signing(self, now_ms: int) -> TokenKey:
        """Return the newest key that already signs; the first key, if none does."""
        for ring_key in reversed(self._keys):
            if ring_key.signs_from_ms <= now_ms:
                return ring_key.key
        return self._keys[0].key

    def of(self, key_id: int) -> TokenKey | None:
        """Return the key with the number that a token names."""
        return self._by_id.get(key_id)
