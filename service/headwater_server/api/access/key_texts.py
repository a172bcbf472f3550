"""What the audit log says of API keys: names and scopes, never a key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from hashlib import scrypt

from headwater_server.api.access.access import Access

MARK_BYTES = 2
"""So much of a hash says that a key was replaced, and excludes few of the guesses at it."""
_BLOCKS = 1 << 13
"""The hash takes about 25 ms and 8 MB: who has a list of guesses needs as much for each."""
_AT_ONCE = 4


def key_texts(accesses: Iterable[Access]) -> tuple[str, ...]:
    """Return each key as JSON, in an order of its own, so that the setting's does not matter.

    >>> key_texts([Access(b"0123456789abcdef", scopes=frozenset({"read"}), name="anna")])
    ('{"calls_per_second":0,"kind":"backend","mark":"3a05","name":"anna","scopes":["read"]}',)
    """
    return tuple(sorted(map(_text, accesses)))


async def key_texts_beside(accesses: Iterable[Access]) -> tuple[str, ...]:
    """Return the same, computed in threads: the loop goes on, and a cancelled call ends at once."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def text(access: Access) -> str:
        async with places:
            return await asyncio.to_thread(_text, access)

    return tuple(sorted(await asyncio.gather(*map(text, accesses))))


def _text(access: Access) -> str:
    value = {
        "kind": "page" if access.is_page else "backend",
        "name": access.name,
        "scopes": sorted(access.scopes) or ["all"],
        "calls_per_second": access.rate.per_second if access.rate else 0,
        "mark": _mark(access.key),
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _mark(key: bytes) -> str:
    """Return the mark of a key, the same at all servers: there is no salt of its own."""
    return scrypt(key, salt=b"headwater key", n=_BLOCKS, r=8, p=1, dklen=MARK_BYTES).hex()
