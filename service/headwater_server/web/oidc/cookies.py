"""The cookies of a sign-in: the session, what renews it, and what a sign-in under way remembers."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import Response

from headwater_server.web.person_sessions import HOST

RENEWAL, SIGN_IN = "headwater-renewal", "headwater-sign-in"
COOKIE_CHARS_MAX = 3_900  # browsers keep 4,096 with name and attributes
_CONTEXT = b"headwater console sign-in 1"


class Cookies:
    """Sealed with a key that is derived from the backend's key: only this process reads them.

    All are HttpOnly. The session and its renewal are for requests of the console's own site alone
    (SameSite=Strict); a sign-in under way comes back from the provider's site (Lax).
    """

    def __init__(self, backend_key: str) -> None:
        """Derive the key."""
        self._key = OctKey.import_key(hmac.digest(backend_key.encode(), _CONTEXT, "sha256"))

    def sealed(self, values: Mapping[str, Any], kind: str, seconds: float) -> str:
        """Return values as text that nobody else can read or change, for so long."""
        content = {**values, "kind": kind, "until": time.time() + seconds}
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, json.dumps(content), self._key)

    def opened(self, text: str, kind: str) -> Mapping[str, Any] | None:
        """Return what was sealed, None if it is not ours, of another kind, or too old."""
        try:
            plain = jwe.decrypt_compact(text, self._key, algorithms=["dir", "A256GCM"]).plaintext
        except (JoseError, ValueError):
            return None
        values: Mapping[str, Any] = json.loads(plain or b"{}")
        is_valid = values.get("kind") == kind and values["until"] > time.time()
        return values if is_valid else None


def put(response: Response, name: str, value: str, seconds: float, *, secure: bool) -> None:
    """Set a cookie for so long."""
    response.set_cookie(
        (HOST if secure else "") + name,
        value,
        max_age=round(seconds),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax" if name == SIGN_IN else "strict",
    )


def remove(response: Response, *names: str, secure: bool) -> None:
    """Delete cookies."""
    for name in names:
        put(response, name, "", 0, secure=secure)


def given(request: Request, name: str, *, secure: bool) -> str:
    """Return a cookie's value, "" if there is none."""
    return request.cookies.get((HOST if secure else "") + name, "")
