"""Sessions of persons who signed in: the web process signs them, the servers check them.

A session is signed with a key that is derived from a backend's unrestricted key, which both sides
have: there is no further secret, and replacing that key ends all sessions.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from headwater_server.api.access.access import READ, SCOPES, Access

PREFIX = "hws1."
"""Begins each session, so that the gateway can distinguish it from a key."""
CHARS_MAX = 2_048
_CONTEXT = b"headwater console session 1"
EDITING = frozenset({"catalog", "experiments", "rules"} & SCOPES.keys())
ROLES: Mapping[str, frozenset[str]] = {
    "read": frozenset({READ}),
    "edit": frozenset({READ, *EDITING}),
    "operate": frozenset({READ, *SCOPES}),
}
"""The scopes of each role, the weakest first."""


@dataclass(frozen=True, slots=True)
class Session:
    """``who``: what the log says of changes; ``sub``: the provider's stable id of the person.

    ``exp``: when it ends unless it is renewed, in seconds since 1970. ``sid``: an id, which stays
    when it is renewed, so that signing out ends all copies; ``until``: no renewal is later.
    """

    who: str
    sub: str
    role: str
    exp: int
    sid: str = ""
    until: int = 0

    @property
    def access(self) -> Access:
        """What the person may do; the name is not the key."""
        name = f"session {self.sub}".encode()
        return Access(key=name, scopes=ROLES[self.role], name=self.who, session=self)


def signed(session: Session, backend_key: str) -> str:
    """Return the session as text.

    >>> token = signed(Session("anna", "7", "read", 60), "a-key-of-the-backend")
    >>> opened(token, [b"another-key", b"a-key-of-the-backend"])
    Session(who='anna', sub='7', role='read', exp=60, sid='', until=0)
    >>> opened(token[:-1] + "!", [b"a-key-of-the-backend"]) is None
    True
    """
    content = json.dumps(asdict(session), separators=(",", ":"), ensure_ascii=False)
    body = _text(content.encode())
    return f"{PREFIX}{body}.{_text(_mac(body, backend_key.encode()))}"


def opened(token: str, backend_keys: Iterable[bytes]) -> Session | None:
    """Return the session, None unless one of the keys signed it; it may have expired.

    A newer build may have signed it: fields that are not known here say nothing, and one without
    a known role is no session.
    """
    body, _, mac = token.removeprefix(PREFIX).partition(".")
    if not token.startswith(PREFIX) or len(token) > CHARS_MAX:
        return None
    try:
        given = _bytes(mac)
        if not any(hmac.compare_digest(given, _mac(body, key)) for key in backend_keys):
            return None
        return _read(json.loads(_bytes(body)))
    except ValueError:  # no base64, no JSON, or no text
        return None


def _read(values: Any) -> Session | None:
    """Return the session of its fields, None if one is missing or is not what it is here."""
    if not isinstance(values, dict):
        return None
    kinds: Mapping[str, type] = {"exp": int, "until": int}
    known = {one.name: values[one.name] for one in fields(Session) if one.name in values}
    is_whole = {"who", "sub", "role", "exp"} <= known.keys()
    are_right = all(isinstance(value, kinds.get(name, str)) for name, value in known.items())
    return Session(**known) if is_whole and are_right and known["role"] in ROLES else None


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _mac(body: str, backend_key: bytes) -> bytes:
    key = hmac.digest(backend_key, _CONTEXT, "sha256")
    return hmac.digest(key, body.encode(), "sha256")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
