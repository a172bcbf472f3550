"""The caller that sends events: how far it is trusted, and its pseudonym on the log."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Caller:
    """``name`` identifies a caller by key and address, "" for none.

    ``is_page``: the call came with a publishable key, which anyone can read in the page.
    ``pseudonym``: that of the first time, for events that are sent again.
    """

    name: str = ""
    is_page: bool = False
    pseudonym: str = ""


NOBODY = Caller()
SOURCE_BYTES = 8


@lru_cache(maxsize=1024)
def source_of(caller: str, token_key: bytes) -> str:
    """Return a pseudonym that only the owner of the key can link to ``caller``; "" for none.

    >>> first = source_of("key-1 10.0.0.7", b"k" * 32)
    >>> len(first), first == source_of("key-1 10.0.0.8", b"k" * 32)
    (16, False)
    """
    if not caller:
        return ""
    digest = hmac.digest(token_key, b"source " + caller.encode("utf-8", "replace"), "sha256")
    return digest[:SOURCE_BYTES].hex()
