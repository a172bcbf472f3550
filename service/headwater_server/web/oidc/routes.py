"""/console/auth/…: what the console's page and the browser ask during a sign-in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from headwater_server.api.access.sessions import Session, opened, signed
from headwater_server.gateway.sign_in_settings import SignInSettings
from headwater_server.web.headers import NEVER
from headwater_server.web.oidc.cookies import (
    COOKIE_CHARS_MAX,
    RENEWAL,
    SIGN_IN,
    Cookies,
    given,
    put,
    remove,
)
from headwater_server.web.oidc.problems import PROVIDER, STATE, SignInError
from headwater_server.web.oidc.provider import Provider
from headwater_server.web.oidc.servers import Servers
from headwater_server.web.oidc.sign_in import SESSION_MAX_S, SignedIn, SignIn
from headwater_server.web.person_sessions import OWN, SESSION

PATH = "/console/auth"
SIGN_IN_S = 600.0
PROBE_S = 60
AGAIN, LATER = "Sign in again.", "The sign-in service does not answer. Try again."
_log = structlog.get_logger(__name__)


class Routes:
    """Answers them; ``key`` is the backend's, from which cookies and sessions take their keys."""

    def __init__(
        self, settings: SignInSettings, key: str, provider: Provider, servers: Servers
    ) -> None:
        """Nothing is asked of the provider or of the servers yet."""
        self._servers = servers
        self._settings = settings
        self._key = key
        self._sign_in = SignIn(settings, provider)
        self._cookies = Cookies(key)

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(f"{PATH}/session", self.session, methods=["GET"]),
            Route(f"{PATH}/sign-in", self.begin, methods=["GET"]),
            Route(f"{PATH}/callback", self.finish, methods=["GET"]),
            Route(f"{PATH}/renew", self.renew, methods=["POST"]),
            Route(f"{PATH}/sign-out", self.end, methods=["POST"]),
        ]

    async def session(self, request: Request) -> Response:
        """Return where persons sign in, and the session of this browser, without any secret."""
        host = urlsplit(str(self._settings.oidc_issuer)).netloc
        session = self._present(request)
        return _json({"signIn": host, "session": self._shown(request, session)})

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        try:
            url, kept = await self._sign_in.begin(self._redirect_uri(request))
        except SignInError as error:
            return self._failed(request, error)
        response = RedirectResponse(url, 303, headers={"cache-control": NEVER})
        sealed = self._cookies.sealed(kept, SIGN_IN, SIGN_IN_S)
        put(response, SIGN_IN, sealed, SIGN_IN_S, secure=self._is_secure(request))
        return response

    async def finish(self, request: Request) -> Response:
        """Take the provider's answer: one try for each sign-in."""
        kept = self._kept(request, SIGN_IN)
        try:
            found = await self._sign_in.finish(
                dict(request.query_params), kept, self._redirect_uri(request)
            )
        except SignInError as error:
            return self._failed(request, error)
        _log.info("signed in", who=found.session.who, role=found.session.role)
        response = RedirectResponse(self._console(request), 303, headers={"cache-control": NEVER})
        remove(response, SIGN_IN, secure=self._is_secure(request))
        return self._with_session(request, response, found)

    async def renew(self, request: Request) -> Response:
        """Renew the session at the provider.

        401: the person must sign in again, and the session ends now. 503: the provider does not
        answer; the session holds until its end.
        """
        if request.headers.get(OWN) != "1":
            return _json({"message": f"the header {OWN} is missing"}, 403)
        kept = self._kept(request, RENEWAL)
        if kept is None:
            return _json({"message": AGAIN, "problem": STATE}, 401)
        try:
            await self._servers.check(signed(self._probe(kept), self._key))
            of = kept["token"], kept["sub"], kept["since_s"], kept["sid"]
            found = await self._sign_in.renew(*of)
        except SignInError as error:
            _log.info("session not renewed", reason=str(error))
            return await self._not_renewed(request, error.code)
        return self._with_session(
            request, _json({"session": self._shown(request, found.session, renews=True)}), found
        )

    @staticmethod
    def _probe(kept: Mapping[str, Any]) -> Session:
        """Return a session of the same id, to ask whether it was ended, or to end it.

        It is asked before the renewal: a provider may take a refresh token once.
        """
        until_s = int(kept["since_s"] + SESSION_MAX_S) + 1
        soon_s = int(time.time()) + PROBE_S
        return Session(kept["sub"], kept["sub"], "read", soon_s, kept["sid"], until_s)

    async def _not_renewed(self, request: Request, problem: str) -> Response:
        if problem == PROVIDER:
            return _json({"message": LATER, "problem": problem}, 503)
        await self._end(request)
        response = _json({"message": AGAIN, "problem": problem}, 401)
        remove(response, SESSION, RENEWAL, secure=self._is_secure(request))
        return response

    async def end(self, request: Request) -> Response:
        """End the session on all servers; return where the browser ends it at the provider, too.

        503: no server answers, so copies of the session go on until its end; this browser has none.
        """
        if request.headers.get(OWN) != "1":
            return _json({"message": f"the header {OWN} is missing"}, 403)
        has_ended = await self._end(request)
        location = await self._sign_in.end_url(self._console(request))
        answer = {"location": location, "ended": has_ended}
        response = _json(answer, 200 if has_ended else 503)
        remove(response, SESSION, RENEWAL, SIGN_IN, secure=self._is_secure(request))
        return response

    async def _end(self, request: Request) -> bool:
        """End the session of this browser on all servers; return whether none is left."""
        session = self._present(request)
        if session is None:  # it is over, and what renews it may not be
            kept = self._kept(request, RENEWAL)
            session = self._probe(kept) if kept is not None else None
        if session is None or not session.sid:  # an earlier build's has no id to be ended by
            return session is None
        return await self._servers.end(signed(session, self._key))

    def _with_session(self, request: Request, response: Response, found: SignedIn) -> Response:
        secure, session = self._is_secure(request), found.session
        seconds = session.exp - time.time()
        put(response, SESSION, signed(session, self._key), seconds, secure=secure)
        kept = {
            "token": found.refresh_token,
            "sub": session.sub,
            "since_s": found.since_s,
            "sid": session.sid,
        }
        left_s = found.since_s + SESSION_MAX_S - time.time()
        sealed = self._cookies.sealed(kept, RENEWAL, left_s) if found.refresh_token else ""
        if len(sealed) > COOKIE_CHARS_MAX:
            _log.warning("the refresh token is too long for a cookie: sessions are not renewed")
        if sealed and len(sealed) <= COOKIE_CHARS_MAX:
            put(response, RENEWAL, sealed, left_s, secure=secure)
        else:
            remove(response, RENEWAL, secure=secure)
        return response

    def _present(self, request: Request) -> Session | None:
        token = given(request, SESSION, secure=self._is_secure(request))
        session = opened(token, [self._key.encode()]) if token else None
        return session if session and session.exp > time.time() else None

    def _shown(
        self, request: Request, session: Session | None, *, renews: bool = False
    ) -> dict[str, Any] | None:
        if session is None:
            return None
        renews = renews or self._kept(request, RENEWAL) is not None
        left_s = max(0, round(session.exp - time.time()))
        return {"who": session.who, "role": session.role, "seconds": left_s, "renews": renews}

    def _kept(self, request: Request, kind: str) -> Mapping[str, Any] | None:
        text = given(request, kind, secure=self._is_secure(request))
        kept = self._cookies.opened(text, kind) if text else None
        is_whole = kind != RENEWAL or (kept is not None and kept.get("sid"))
        return kept if is_whole else None  # earlier builds sealed renewals without the session's id

    def _failed(self, request: Request, error: SignInError) -> Response:
        """Show the sign-in page, which has a sentence for the code."""
        _log.warning("sign-in failed", problem=error.code, reason=str(error))
        to = f"{self._console(request)}?problem={error.code}"
        response = RedirectResponse(to, 303, headers={"cache-control": NEVER})
        remove(response, SIGN_IN, secure=self._is_secure(request))
        return response

    def _console(self, request: Request) -> str:
        if self._settings.oidc_console_url:
            return self._settings.oidc_console_url
        scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
        return f"{scheme}://{request.headers.get('host', '')}/console/"

    def _redirect_uri(self, request: Request) -> str:
        return f"{self._console(request)}auth/callback"

    def _is_secure(self, request: Request) -> bool:
        return self._console(request).startswith("https://")


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(content, status, headers={"cache-control": NEVER})


def sign_in_routes(settings: SignInSettings, key: str, servers: Servers) -> list[BaseRoute]:
    """Return the routes for an issuer, which the settings name; the caller closes ``servers``."""
    return Routes(settings, key, Provider(settings), servers).routes()
