"""The number of a session by its id."""

from __future__ import annotations

import hashlib


def session_key(session_id: str) -> int:
    """Return a number of 63 bits, 0 for no session.

    >>> session_key(""), 0 < session_key("s1") < 2**63
    (0, True)
    """
    if not session_id:
        return 0
    digest = hashlib.blake2b(session_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 or 1
