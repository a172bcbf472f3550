"""What signs a token; apart from the token, whose kernels a command about keys does not need."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key, and its number in tokens."""

    key_id: int
    secret: bytes
