"""The keys that sign attribution tokens: several, so that one can follow another without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater_server.engine.tokens.attribution_token import TokenKey

KEYS_MAX = 256  # a token names its key in one byte


@dataclass(frozen=True, slots=True)
class RingKey:
    """A key, and from when on it signs: later than it is known, so that all know it by then."""

    key: TokenKey
    signs_from_ms: int


class TokenKeys:
    """What one process knows of the keys now; `replace` when there are others.

    >>> ring = TokenKeys([RingKey(TokenKey(0, b"old"), 0), RingKey(TokenKey(1, b"new"), 60_000)])
    >>> ring.signing(now_ms=59_999).key_id, ring.signing(now_ms=60_000).key_id
    (0, 1)
    >>> ring.of(1).secret, ring.of(2)
    (b'new', None)
    """

    def __init__(self, keys: Sequence[RingKey]) -> None:
        """Take one key or more."""
        self.replace(keys)

    @classmethod
    def single(cls, secret: bytes) -> TokenKeys:
        """Return a ring of one key."""
        return cls([RingKey(TokenKey(0, secret), 0)])

    def replace(self, keys: Sequence[RingKey]) -> None:
        """Know these keys from now on."""
        if not keys:
            raise ValueError("there is no key for attribution tokens")
        self._keys = sorted(keys, key=lambda ring_key: ring_key.signs_from_ms)
        self._by_id = {ring_key.key.key_id: ring_key.key for ring_key in keys}

    def signing(self, now_ms: int) -> TokenKey:
        """Return the newest key whose time has come; the first, if none's has."""
        begun = [ring_key.key for ring_key in self._keys if ring_key.signs_from_ms <= now_ms]
        return begun[-1] if begun else self._keys[0].key

    def of(self, key_id: int) -> TokenKey | None:
        """Return a key by the number that a token names it by."""
        return self._by_id.get(key_id)
