"""Who may call: whoever sends one of the server's keys."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

from headwater_server.errors import Unauthenticated

BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE | re.ASCII)
Metadata = Iterable[tuple[str, str | bytes]]


class Keys:
    """The keys of a server; several of them, so that one can follow another without a gap.

    A comparison takes as long for a key that is nearly right as for one that is all wrong, and
    every key is compared in any case. What is compared is never logged.

    >>> keys = Keys(["an-old-key-of-the-shop", "a-new-key-of-the-shop"])
    >>> keys.check([("authorization", "Bearer a-new-key-of-the-shop")])
    >>> keys.check([("authorization", "Bearer guess")])
    Traceback (most recent call last):
    ...
    headwater_server.errors.Unauthenticated: ...
    """

    def __init__(self, keys: Iterable[str]) -> None:
        """With no keys, everybody may call."""
        self._keys = [key.encode() for key in keys]

    def __bool__(self) -> bool:
        """Return whether a key is asked for."""
        return bool(self._keys)

    def check(self, metadata: Metadata | None) -> None:
        """Return if the call may be made; raise `Unauthenticated` with the fix if not."""
        for name, value in metadata or ():
            if name == "authorization":
                self._check_header(value if isinstance(value, str) else "")
                return
        raise Unauthenticated("this server asks for a key")

    def allows(self, header: str) -> bool:
        """Return whether an authorization header, as HTTP has it, holds one of the keys."""
        found = BEARER.fullmatch(header.strip())
        given = found[1].encode() if found else b""
        matches = [hmac.compare_digest(given, key) for key in self._keys]
        return any(matches)

    def _check_header(self, header: str) -> None:
        if not self.allows(header):
            raise Unauthenticated("the authorization holds no key of this server")
