"""Checks the API key of a call: it must be one of the server's, and its scopes must allow it."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Iterable

from headwater_server.api.access.access import Access, PersonSession
from headwater_server.api.access.sessions import PREFIX, opened
from headwater_server.errors import Forbidden, Unauthenticated

BEARER = "bearer"
KEY_IN = "x-headwater-key-in"  # the gateway sets it when the key came in the URL
Metadata = Iterable[tuple[str, str | bytes]]


class Keys:
    """The keys of a server; there may be several, so that one can replace another without a gap.

    A comparison takes equally long for a key that is nearly right and one that is all wrong, and
    every key is always compared. The log contains neither side of a comparison.

    >>> keys = Keys([Access(b"an-old-key-of-the-shop"), Access(b"a-new-key-of-the-shop")])
    >>> keys.check([("authorization", "Bearer a-new-key-of-the-shop")], "S/Call").is_page
    False
    >>> keys.check([("authorization", "Bearer guess")], "S/Call")
    Traceback (most recent call last):
    ...
    headwater_server.errors.Unauthenticated: ...
    """

    def __init__(
        self, accesses: Iterable[Access], has_ended: Callable[[str], bool] = lambda _: False
    ) -> None:
        """Without keys, anyone may call. ``has_ended``: whether a session of that id was ended."""
        self._accesses = list(accesses)
        self._has_ended = has_ended

    def __bool__(self) -> bool:
        """Return whether a call needs a key."""
        return bool(self._accesses)

    def check(
        self, metadata: Metadata | None, call: str, source: Callable[[], str] = str
    ) -> Access:
        """Return the key's access if it may make the ``call``, and count the call in its rate.

        ``source`` returns where the call comes from: sources share the rate of a page's key.

        Raises `Unauthenticated` without a key of this server, `Forbidden` if the key's scopes do
        not allow the call, `Overloaded` when its rate is used up.
        """
        value, is_key_in = None, False
        for name, text in metadata or ():
            if name == "authorization" and value is None:  # of several, the first one counts
                value = text
            elif name == KEY_IN:
                is_key_in = True
        if value is None:
            raise Unauthenticated("this server requires a key")
        header = value if isinstance(value, str) else ""
        access = self._found(header) or self._of_session(header)
        if access is None:
            raise Unauthenticated("the authorization contains no key of this server")
        if is_key_in and not access.is_page:
            raise Unauthenticated(
                "?key= takes a page's key only, since logs and browsers keep a URL: send a "
                "backend's key as the header authorization: Bearer KEY, and replace this one"
            )
        if not access.allows(call):
            raise Forbidden(f"this {_kind(access)} does not open {call}: {_scopes_text(access)}")
        if access.rate is not None:
            access.rate.take(source() if access.is_page else "")
        return access

    def _of_session(self, header: str) -> Access | None:
        """Return what a person may do who signed in; only a whole backend's key signs sessions."""
        token = header.strip().partition(" ")[2].lstrip(" ")
        if not token.startswith(PREFIX):
            return None
        whole = (one.key for one in self._accesses if not (one.is_page or one.scopes))
        session = opened(token, whole)
        self.check_session(session)
        return session.access if session else None

    def check_session(self, session: PersonSession | None) -> None:
        """Raise `Unauthenticated` if a person's session is over; None is a key's call.

        A call that stays open asks again: its person may sign out meanwhile.
        """
        if session is not None and (session.exp <= time.time() or self._has_ended(session.sid)):
            raise Unauthenticated("this session has ended: sign in again")

    def allows(self, header: str) -> bool:
        """Return whether an HTTP authorization header opens an operator's page."""
        access = self._found(header)
        return access is not None and not access.is_page

    def _found(self, header: str) -> Access | None:
        scheme, _, key = header.strip().partition(" ")
        given = key.lstrip(" ").encode() if scheme.lower() == BEARER else b""
        matching = [a for a in self._accesses if hmac.compare_digest(given, a.key)]
        return matching[0] if matching else None


def _kind(access: Access) -> str:
    return "session" if access.session else "key"


def _scopes_text(access: Access) -> str:
    scopes = f"its scopes are {', '.join(sorted(access.scopes))}"
    return scopes + ("; a page's key opens no stream" if access.is_page else "")
