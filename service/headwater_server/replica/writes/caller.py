"""Who sends events: what is believed of them, and the name that the log may hold."""

from __future__ import annotations

import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """``name`` tells callers apart (key and address), "" for nobody.

    ``is_page``: it came with a publishable key, which anybody can read in the page.
    """

    name: str = ""
    is_page: bool = False


NOBODY = Caller()
SOURCE_BYTES = 8


def source_of(caller: str, token_key: bytes) -> str:
    """Return a name for ``caller`` that only who has the key can tie to it; "" for nobody.

    >>> first = source_of("key-1 10.0.0.7", b"k" * 32)
    >>> len(first), first == source_of("key-1 10.0.0.8", b"k" * 32)
    (16, False)
    """
    if not caller:
        return ""
    digest = hmac.digest(token_key, b"source " + caller.encode("utf-8", "replace"), "sha256")
    return digest[:SOURCE_BYTES].hex()
