"""A signed-in person's session as the key of a call, for what the web process answers itself.

The gateway does the same for the server's API (gateway.lua).
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from headwater_server.personalizer.calls.handling import KEY_HEADER
from headwater_server.personalizer.routes import BASE

SESSION = "headwater-session"
HOST = "__Host-"  # with TLS: no other host, and no page without TLS, can set such a cookie
OWN = "x-headwater-console"  # a page of another site cannot send it without being allowed to
READ_PATHS = (f"{BASE}/figures",)


class PersonSessions:
    """Lets the console read Personalizer's figures; the server checks the session."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header of the key where there is none."""
        if scope["type"] == "http" and (session := _session_of(Request(scope))):
            scope = {**scope, "headers": [*scope["headers"]]}
            MutableHeaders(scope=scope)[KEY_HEADER] = session
        await self._app(scope, receive, send)


def _session_of(request: Request) -> str:
    """Return the session that counts for a call, "" for none."""
    is_read = request.method == "GET" and request.url.path in READ_PATHS
    if not is_read or request.headers.get(OWN) != "1" or KEY_HEADER in request.headers:
        return ""
    cookies = request.cookies
    return str(cookies.get(HOST + SESSION) or cookies.get(SESSION, ""))
