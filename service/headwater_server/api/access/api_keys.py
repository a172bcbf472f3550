"""Who may call: whoever sends one of the server's keys, as far as that key's scopes go."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

from headwater_server.api.access.access import Access
from headwater_server.errors import Forbidden, Unauthenticated

BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE | re.ASCII)
Metadata = Iterable[tuple[str, str | bytes]]


class Keys:
    """The keys of a server; several of them, so that one can follow another without a gap.

    A comparison takes as long for a key that is nearly right as for one that is all wrong, and
    every key is compared in any case. What is compared is never logged.

    >>> keys = Keys([Access(b"an-old-key-of-the-shop"), Access(b"a-new-key-of-the-shop")])
    >>> keys.check([("authorization", "Bearer a-new-key-of-the-shop")], "S/Call").is_page
    False
    >>> keys.check([("authorization", "Bearer guess")], "S/Call")
    Traceback (most recent call last):
    ...
    headwater_server.errors.Unauthenticated: ...
    """

    def __init__(self, accesses: Iterable[Access]) -> None:
        """With no keys, everybody may call."""
        self._accesses = list(accesses)

    def __bool__(self) -> bool:
        """Return whether a key is asked for."""
        return bool(self._accesses)

    def check(self, metadata: Metadata | None, call: str) -> Access:
        """Return the key's access if it may make the ``call``, and take one out of its rate.

        Raises `Unauthenticated` without a key of ours, `Forbidden` if the key's scopes do not
        reach, `Overloaded` when its rate is used up.
        """
        for name, value in metadata or ():
            if name == "authorization":
                access = self._found(value if isinstance(value, str) else "")
                break
        else:
            raise Unauthenticated("this server asks for a key")
        if access is None:
            raise Unauthenticated("the authorization holds no key of this server")
        if not access.allows(call):
            raise Forbidden(f"this key does not open {call}: {_told(access)}")
        if access.rate is not None:
            access.rate.take()
        return access

    def allows(self, header: str) -> bool:
        """Return whether an authorization header, as HTTP has it, opens an operator's page."""
        access = self._found(header)
        return access is not None and not access.is_page

    def _found(self, header: str) -> Access | None:
        found = BEARER.fullmatch(header.strip())
        given = found[1].encode() if found else b""
        matching = [a for a in self._accesses if hmac.compare_digest(given, a.key)]
        return matching[0] if matching else None


def _told(access: Access) -> str:
    scopes = f"its scopes are {', '.join(sorted(access.scopes))}"
    return scopes + ("; a page's key opens no stream" if access.is_page else "")
