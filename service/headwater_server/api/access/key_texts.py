"""What the audit log says of API keys: names and scopes, never a key."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import blake2b

from headwater_server.api.access.access import Access

MARK_BYTES = 2
"""So much of a hash says that a key was replaced, and helps nobody to guess it."""


def key_texts(accesses: Iterable[Access]) -> tuple[str, ...]:
    """Return each key as JSON, in an order of its own, so that the setting's does not matter.

    >>> key_texts([Access(b"0123456789abcdef", scopes=frozenset({"read"}), name="anna")])
    ('{"calls_per_second":0,"kind":"backend","mark":"3327","name":"anna","scopes":["read"]}',)
    """
    return tuple(sorted(map(_text, accesses)))


def _text(access: Access) -> str:
    mark = blake2b(access.key, digest_size=16, person=b"headwater key").digest()[:MARK_BYTES]
    value = {
        "kind": "page" if access.is_page else "backend",
        "name": access.name,
        "scopes": sorted(access.scopes) or ["all"],
        "calls_per_second": access.rate.per_second if access.rate else 0,
        "mark": mark.hex(),
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
